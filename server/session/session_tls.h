#pragma once

#include "net/client_tls.h"
#include "rfb/host_tls.h"
#include "telemetry/front_metrics.h"

#include <memory>
#include <string>
#include <utility>

namespace porthole::session {

// TLS with one session's host, as the node's settings and the token have it; counts the handshakes.
class SessionTls final : public rfb::HostTls {
 public:
  // `server_name`: whom the host's certificate must name.
  SessionTls(std::shared_ptr<const net::ClientTls> tls,
             std::string server_name,
             telemetry::FrontMetrics& metrics)
      : tls_(std::move(tls)), server_name_(std::move(server_name)), metrics_(metrics) {}

  net::Awaitable<absl::Status> Start(std::unique_ptr<net::ByteStream>& host,
                                     rfb::TlsKind kind) override;

 private:
  std::shared_ptr<const net::ClientTls> tls_;
  std::string server_name_;
  telemetry::FrontMetrics& metrics_;
};

}  // namespace porthole::session

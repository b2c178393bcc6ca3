#include "session/session_tls.h"

namespace porthole::session {
namespace {

// A handshake that hangs is ended by whoever closes the stream, most likely the time limit.
telemetry::TlsResult ResultOf(const absl::Status& status) {
  if (status.ok()) {
    return telemetry::TlsResult::kOk;
  }
  return absl::IsCancelled(status) ? telemetry::TlsResult::kTimeout : telemetry::TlsResult::kFailed;
}

}  // namespace

net::Awaitable<absl::Status> SessionTls::Start(std::unique_ptr<net::ByteStream>& host,
                                               rfb::TlsKind kind) {
  const bool verified = kind == rfb::TlsKind::kVerified;
  absl::Status started = co_await net::StartTls(
      host, tls_,
      {.trust = verified ? net::TlsTrust::kVerified : net::TlsTrust::kAnonymous,
       .name = server_name_});
  metrics_.TlsHandshakes(telemetry::TlsSide::kHost, ResultOf(started)).Increment();
  co_return started;
}

}  // namespace porthole::session

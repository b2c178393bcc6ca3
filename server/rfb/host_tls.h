#pragma once

#include "net/byte_stream.h"

#include <absl/status/status.h>

#include <cstdint>
#include <memory>

namespace porthole::rfb {

enum class TlsKind : std::uint8_t {
  kAnonymous,  // nobody knows who the other end is
  kVerified,   // the host's certificate is of a known authority and names the host
};

// How a dialogue starts TLS with its host, as the client. Whoever runs the dialogue knows the
// authorities, the host's name and the time limits.
class HostTls {
 public:
  HostTls() = default;
  HostTls(const HostTls&) = delete;
  HostTls& operator=(const HostTls&) = delete;
  virtual ~HostTls() = default;

  // Runs the handshake on `host`, which may be another stream afterwards. It is never null, not
  // even meanwhile: a time limit may close it. Errors: ABORTED, saying in words what failed; others
  // as ByteStream has them.
  virtual net::Awaitable<absl::Status> Start(std::unique_ptr<net::ByteStream>& host,
                                             TlsKind kind) = 0;
};

}  // namespace porthole::rfb

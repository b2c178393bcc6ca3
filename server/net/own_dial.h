#pragma once

#include "base/ip_address.h"
#include "net/byte_stream.h"
#include "net/worker.h"

#include <absl/status/statusor.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace porthole::net {

// A listener of this process, as it is bound.
struct OwnListener {
  IpAddress address;
  std::uint16_t port = 0;
  bool tls = false;
  std::string name;  // for errors, "127.0.0.1:8443"
};

// How a visit to it is paid.
struct OwnVisit {
  std::string path;                 // of the WebSocket, a secret
  std::chrono::milliseconds limit;  // for all of it
  // Told where the connection comes from ("127.0.0.1:41234") before it is made: nobody else can
  // come from there.
  std::function<void(const std::string& from)> announce;
};

// Connects to a listener of this process, as a viewer on this machine would: TCP, TLS where the
// listener has it, the upgrade to a WebSocket. The certificate may be of anybody: which one is
// served is the operator's business. On `worker`'s thread.
// Errors: RESOURCE_EXHAUSTED no descriptors or memory; DEADLINE_EXCEEDED after the limit; others
// say at which step: "connect", "TLS handshake", "upgrade to a WebSocket".
Awaitable<absl::StatusOr<std::unique_ptr<ByteStream>>> DialOwn(Worker& worker,
                                                               OwnListener listener,
                                                               OwnVisit visit);

}  // namespace porthole::net

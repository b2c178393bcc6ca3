#pragma once

#include "base/clock.h"
#include "base/target.h"
#include "base/tunnel.h"
#include "net/address_policy.h"
#include "net/byte_stream.h"
#include "net/client_tls.h"
#include "net/resolver.h"
#include "net/reverse_desk.h"
#include "net/timeouts.h"
#include "net/worker.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace porthole::net {

// How to reach a host.
struct Route {
  Target target;
  std::optional<Tunnel> tunnel;  // the token's; goes before the configuration's
  std::string server_name;       // whom a wss target's certificate must name; empty: its host
};

// What a dialer works with; all outlive it.
struct DialerParts {
  Worker& worker;
  const AddressPolicy& policy;
  Resolver& resolver;
  const Timeouts& timeouts;
  // TLS for wss targets and https tunnels, as it is in force now; empty: there is none.
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out
  std::function<std::shared_ptr<const ClientTls>()> tls = {};
  ReverseDesk* reverse = nullptr;  // null: there is no port to dial in
  std::chrono::milliseconds reverse_wait{0};
};

// Opens connections to hosts, whatever way: TCP, a unix socket, a tunnel, a WebSocket. Resolves a
// name once, checks every address that comes back against the AddressPolicy, and dials exactly
// those, the first to answer winning (RFC 8305). One per worker, used only there.
class Dialer {
 public:
  explicit Dialer(DialerParts parts) : parts_(std::move(parts)) {}

  // Errors: PERMISSION_DENIED by policy; UNAVAILABLE refused, unreachable, no such name, a tunnel
  // or a WebSocket refused; ABORTED TLS failed, with its words; INVALID_ARGUMENT something else
  // than HTTP where HTTP was expected; DEADLINE_EXCEEDED after timeouts.dial in all, reverse_wait
  // for a host that dials in; RESOURCE_EXHAUSTED no descriptors. Each names the target.
  Awaitable<absl::StatusOr<std::unique_ptr<ByteStream>>> Dial(Route route);

 private:
  using Stream = absl::StatusOr<std::unique_ptr<ByteStream>>;

  Awaitable<Stream> DialUnix(Target target, SteadyTime until);
  Awaitable<absl::StatusOr<std::vector<IpAddress>>> Allowed(Target place, SteadyTime until);
  Awaitable<Stream> Connect(Target place, std::vector<IpAddress> addresses, SteadyTime until);
  Awaitable<Stream> DialTcp(Target place, SteadyTime until);
  Awaitable<Stream> DialThrough(Tunnel tunnel, Target target, SteadyTime until);
  Awaitable<absl::Status> Secure(std::unique_ptr<ByteStream>& stream, std::string name);
  Awaitable<absl::Status> Open(std::unique_ptr<ByteStream>& stream,
                               Tunnel tunnel,
                               std::string authority);
  Awaitable<Stream> Ask(Tunnel tunnel, std::string authority, SteadyTime until);
  Awaitable<Stream> DialWebSocket(Stream carrier, Route route, SteadyTime until);
  Awaitable<Stream> Upgrade(std::unique_ptr<ByteStream>& carrier, Route route);
  Awaitable<Stream> WaitForHost(Target target);
  Awaitable<Stream> DialHost(Route route, SteadyTime until);

  const DialerParts parts_;
};

}  // namespace porthole::net

#include "net/dialer.h"

#include "base/status.h"
#include "net/connect_first.h"
#include "net/connect_tunnel.h"
#include "net/deadline.h"
#include "net/endpoint.h"
#include "net/socket_stream.h"
#include "net/websocket_host.h"
#include "net/websocket_upgrade.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace porthole::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using std::chrono::milliseconds;

// A web proxy is asked for so many of a name's addresses, one after the other.
constexpr std::size_t kMaxAsked = 4;

milliseconds Left(SteadyTime until) {
  const auto left =
      std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now());
  return std::max(left, milliseconds(0));
}

absl::Status TooSlow(const char* what) {
  return Error(absl::StatusCode::kDeadlineExceeded, std::string(what) + " took too long");
}

// "kvm-7.example:5700", or without a port that is the scheme's own (RFC 9110, section 7.2).
std::string HostHeader(const Target& target) {
  const bool v6 = target.host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + target.host + "]" : target.host;
  const bool usual = target.port == (target.scheme == TargetScheme::kWss ? 443 : 80);
  return usual ? host : host + ":" + std::to_string(target.port);
}

bool IsWebSocket(const Target& target) {
  return target.scheme == TargetScheme::kWs || target.scheme == TargetScheme::kWss;
}

// Where a tunnel begins; it is judged as a target is.
Target PlaceOf(const Tunnel& tunnel) {
  Target place;
  place.host = tunnel.host;
  place.port = tunnel.port;
  return place;
}

}  // namespace

Awaitable<Dialer::Stream> Dialer::DialUnix(Target target, SteadyTime until) {
  const absl::StatusOr<UnixSocket> judged = parts_.policy.OpenUnixSocket(target.path);
  if (!judged.ok()) {
    co_return judged.status();
  }
  Candidate candidate{.endpoint = asio::local::stream_protocol::endpoint(judged->path),
                      .name = target.path,
                      .source = std::nullopt};
  absl::StatusOr<Socket> socket =
      co_await ConnectFirst(parts_.worker, {std::move(candidate)}, until);
  if (!socket.ok()) {
    co_return socket.status();
  }
  co_return std::make_unique<SocketStream>(Transport(*std::move(socket)));
}

// The addresses of `place` that may be dialled, at least one.
Awaitable<absl::StatusOr<std::vector<IpAddress>>> Dialer::Allowed(Target place, SteadyTime until) {
  const absl::StatusOr<std::vector<IpAddress>> addresses =
      co_await parts_.resolver.Resolve(parts_.worker, place.host, Left(until));
  if (!addresses.ok()) {
    co_return addresses.status();
  }
  absl::Status denied = absl::UnavailableError("the name has no address");
  std::vector<IpAddress> allowed;
  for (const IpAddress& address : *addresses) {
    if (const absl::Status checked = parts_.policy.CheckAddress(place, address); checked.ok()) {
      allowed.push_back(address);
    } else {
      denied = checked;
    }
  }
  if (allowed.empty()) {
    co_return denied;
  }
  co_return Interleave(allowed);
}

Awaitable<Dialer::Stream> Dialer::Connect(Target place,
                                          std::vector<IpAddress> addresses,
                                          SteadyTime until) {
  std::vector<Candidate> candidates;
  for (const IpAddress& address : addresses) {
    const tcp::endpoint endpoint(ToAsio(address), place.port);
    Candidate candidate{.endpoint = endpoint, .name = ToText(endpoint), .source = std::nullopt};
    if (const auto source = parts_.policy.SourceFor(place, address); source.has_value()) {
      candidate.source = tcp::endpoint(ToAsio(*source), 0);
    }
    candidates.push_back(std::move(candidate));
  }
  absl::StatusOr<Socket> socket =
      co_await ConnectFirst(parts_.worker, std::move(candidates), until);
  if (!socket.ok()) {
    co_return socket.status();
  }
  SetHostOptions(*socket);
  co_return std::make_unique<SocketStream>(Transport(*std::move(socket)));
}

Awaitable<Dialer::Stream> Dialer::DialTcp(Target place, SteadyTime until) {
  absl::StatusOr<std::vector<IpAddress>> addresses = co_await Allowed(place, until);
  if (!addresses.ok()) {
    co_return addresses.status();
  }
  co_return co_await Connect(std::move(place), *std::move(addresses), until);
}

// A hypervisor's server is asked for a path, once; a web proxy for the target's addresses in turn.
Awaitable<Dialer::Stream> Dialer::DialThrough(Tunnel tunnel, Target target, SteadyTime until) {
  std::vector<std::string> asked = {""};
  if (tunnel.path.Empty()) {
    const absl::StatusOr<std::vector<IpAddress>> addresses = co_await Allowed(target, until);
    if (!addresses.ok()) {
      co_return addresses.status();
    }
    asked.clear();
    for (const IpAddress& address : *addresses) {
      asked.push_back(ToText(tcp::endpoint(ToAsio(address), target.port)));
    }
    asked.resize(std::min(asked.size(), kMaxAsked));
  }
  Stream stream;
  for (const std::string& authority : asked) {
    stream = co_await Ask(tunnel, authority, until);
    if (stream.ok()) {
      break;
    }
  }
  co_return stream;
}

Awaitable<absl::Status> Dialer::Secure(std::unique_ptr<ByteStream>& stream, std::string name) {
  const std::shared_ptr<const ClientTls> tls = parts_.tls ? parts_.tls() : nullptr;
  if (tls == nullptr) {
    co_return absl::AbortedError("there is no TLS to hosts");
  }
  co_return co_await StartTls(stream, tls, {.trust = TlsTrust::kVerified, .name = std::move(name)});
}

Awaitable<absl::Status> Dialer::Open(std::unique_ptr<ByteStream>& stream,
                                     Tunnel tunnel,
                                     std::string authority) {
  if (tunnel.tls) {
    absl::Status secured = co_await Secure(stream, tunnel.host);
    if (!secured.ok()) {
      co_return secured;
    }
  }
  co_return co_await AskTunnel(*stream, tunnel, std::move(authority));
}

Awaitable<Dialer::Stream> Dialer::Ask(Tunnel tunnel, std::string authority, SteadyTime until) {
  Stream stream = co_await DialTcp(PlaceOf(tunnel), until);
  const std::string shown = "the tunnel at " + ToString(tunnel);
  if (!stream.ok()) {
    co_return Annotate(stream.status(), shown);
  }
  const Deadline deadline(parts_.worker.Clockwork(), Left(until),
                          [&stream] { (*stream)->Close({}); });
  const absl::Status opened = co_await Open(*stream, std::move(tunnel), std::move(authority));
  if (deadline.Passed()) {
    co_return Annotate(TooSlow("CONNECT"), shown);
  }
  if (!opened.ok()) {
    co_return Annotate(opened, shown);
  }
  co_return stream;
}

Awaitable<Dialer::Stream> Dialer::Upgrade(std::unique_ptr<ByteStream>& carrier, Route route) {
  if (route.target.scheme == TargetScheme::kWss) {
    const absl::Status secured =
        co_await Secure(carrier, route.server_name.empty() ? route.target.host : route.server_name);
    if (!secured.ok()) {
      co_return secured;
    }
  }
  const absl::Status upgraded =
      co_await AskUpgrade(*carrier, HostHeader(route.target), route.target.path);
  if (!upgraded.ok()) {
    co_return upgraded;
  }
  co_return std::make_unique<WebSocketHost>(std::move(carrier), parts_.worker.Loop().get_executor(),
                                            parts_.worker.Clockwork());
}

Awaitable<Dialer::Stream> Dialer::DialWebSocket(Stream carrier, Route route, SteadyTime until) {
  if (!carrier.ok()) {
    co_return carrier.status();
  }
  const Deadline deadline(parts_.worker.Clockwork(), Left(until), [&carrier] {
    if (*carrier != nullptr) {
      (*carrier)->Close({});
    }
  });
  Stream socket = co_await Upgrade(*carrier, std::move(route));
  co_return deadline.Passed() ? TooSlow("the upgrade to a WebSocket") : std::move(socket);
}

// Here the host dials, and people may have to tell it to: it has longer than a dial.
Awaitable<Dialer::Stream> Dialer::WaitForHost(Target target) {
  if (parts_.reverse == nullptr) {
    co_return absl::PermissionDeniedError("reverse connections are not enabled here");
  }
  co_return co_await parts_.reverse->Await(parts_.worker, std::move(target.path),
                                           parts_.reverse_wait);
}

Awaitable<Dialer::Stream> Dialer::DialHost(Route route, SteadyTime until) {
  if (route.target.scheme == TargetScheme::kReverse) {
    co_return co_await WaitForHost(std::move(route.target));
  }
  if (route.target.scheme == TargetScheme::kUnix) {
    co_return co_await DialUnix(std::move(route.target), until);
  }
  if (!route.tunnel.has_value()) {
    route.tunnel = parts_.policy.ProxyFor(route.target);
  }
  Stream stream;
  if (route.tunnel.has_value()) {
    Tunnel tunnel = *std::exchange(route.tunnel, std::nullopt);
    stream = co_await DialThrough(std::move(tunnel), route.target, until);
  } else {
    stream = co_await DialTcp(route.target, until);
  }
  if (IsWebSocket(route.target)) {
    co_return co_await DialWebSocket(std::move(stream), std::move(route), until);
  }
  co_return stream;
}

Awaitable<Dialer::Stream> Dialer::Dial(Route route) {
  const absl::Status allowed = parts_.policy.CheckTarget(route.target);
  if (!allowed.ok()) {
    co_return allowed;
  }
  const SteadyTime until = std::chrono::steady_clock::now() + parts_.timeouts.dial;
  const std::string shown = Shown(route.target);
  Stream stream = co_await DialHost(std::move(route), until);
  if (!stream.ok()) {
    co_return Annotate(stream.status(), shown);
  }
  co_return stream;
}

}  // namespace porthole::net

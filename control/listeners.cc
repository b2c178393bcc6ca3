#include "control/listeners.h"

#include "base/status.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace porthole::control {
namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

SocketAddress AddressOf(const IpAddress& address, std::uint16_t port) {
  SocketAddress socket;
  if (address.IsV4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, address.Bytes().data() + 12, sizeof v4.sin_addr);
    std::memcpy(&socket.storage, &v4, sizeof v4);
    socket.size = sizeof v4;
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, address.Bytes().data(), sizeof v6.sin6_addr);
    std::memcpy(&socket.storage, &v6, sizeof v6);
    socket.size = sizeof v6;
  }
  return socket;
}

bool IsLoopback(const IpAddress& address) {
  if (address.IsV4()) {
    return address.Bytes()[12] == 127;
  }
  return address == IpAddress::V6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
}

}  // namespace

std::string HostAndPort(const IpAddress& address, std::uint16_t port) {
  const std::string host = address.ToString();
  return (address.IsV4() ? host : "[" + host + "]") + ":" + std::to_string(port);
}

absl::Status ProbePort(const config::ControlTcp& tcp) {
  const SocketAddress address = AddressOf(tcp.address, tcp.port);
  const int probe = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (probe >= 0) {
    ::setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  }
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API.
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address.storage);
  const bool bound =
      probe >= 0 && ::bind(probe, generic, address.size) == 0 && ::listen(probe, 1) == 0;
  const int error = errno;
  if (probe >= 0) {
    ::close(probe);
  }
  return bound ? absl::OkStatus()
               : Error(absl::StatusCode::kFailedPrecondition,
                       "cannot listen on " + HostAndPort(tcp.address, tcp.port) + ": " +
                           std::generic_category().message(error));
}

std::shared_ptr<Gate> MakeGate(const config::ControlTcp& tcp,
                               const std::vector<config::Caller>& callers,
                               Gate::Books books) {
  if (tcp.plaintext) {
    return std::make_shared<Gate>(Identity{.name = "plaintext", .role = tcp.plaintext_role}, books);
  }
  return std::make_shared<Gate>(Callers(callers), books);
}

std::shared_ptr<Gate> MakeGate(const config::ControlUnix& socket, Gate::Books books) {
  return std::make_shared<Gate>(Identity{.name = "unix", .role = socket.role}, books);
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakePlaintextCredentials(
    const config::ControlTcp& tcp, const std::shared_ptr<Gate>& gate) {
  if (!IsLoopback(tcp.address)) {
    return Error(
        absl::StatusCode::kInvalidArgument,
        "control.tcp: plaintext is for a loopback address only, not " + tcp.address.ToString());
  }
  // gRPC's insecure credentials take no gate. "Local" ones speak the same on the wire, and see to
  // it that the peer is this machine.
  std::shared_ptr<grpc::ServerCredentials> credentials =
      grpc::experimental::LocalServerCredentials(LOCAL_TCP);
  credentials->SetAuthMetadataProcessor(gate);
  return credentials;
}

std::shared_ptr<grpc::ServerCredentials> MakeUnixCredentials(const std::shared_ptr<Gate>& gate) {
  std::shared_ptr<grpc::ServerCredentials> credentials =
      grpc::experimental::LocalServerCredentials(UDS);
  credentials->SetAuthMetadataProcessor(gate);
  return credentials;
}

}  // namespace porthole::control

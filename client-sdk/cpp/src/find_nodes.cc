#include "address.h"
#include "porthole/client/fleet.h"
#include "status.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <netdb.h>
#include <set>

namespace porthole::client {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* first) const { ::freeaddrinfo(first); }
};

// "10.0.0.7:9443", "[2001:db8::7]:9443"; empty when it cannot be written.
std::string Written(const addrinfo& found, const std::string& port) {
  std::array<char, NI_MAXHOST> host{};
  if (::getnameinfo(found.ai_addr, found.ai_addrlen, host.data(), host.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
    return {};
  }
  const std::string text(host.data());
  return (found.ai_family == AF_INET6 ? "[" + text + "]" : text) + ":" + port;
}

absl::StatusOr<std::vector<std::string>> LookUp(const std::string& host, const std::string& port) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &first);
  const std::unique_ptr<addrinfo, FreeAddresses> found(first);
  if (error != 0) {
    const bool unknown = error == EAI_NONAME;
    return internal::Error(
        unknown ? absl::StatusCode::kNotFound : absl::StatusCode::kUnavailable,
        "cannot find the nodes of " + host + ": " + std::string(::gai_strerror(error)));
  }
  std::set<std::string> addresses;
  for (const addrinfo* each = found.get(); each != nullptr; each = each->ai_next) {
    addresses.insert(Written(*each, port));
  }
  addresses.erase("");
  return std::vector<std::string>(addresses.begin(), addresses.end());
}

}  // namespace

FindNodes NodesAt(std::vector<std::string> addresses) {
  return [addresses = std::move(addresses)]() -> absl::StatusOr<std::vector<std::string>> {
    if (addresses.empty()) {
      return internal::InvalidArgument("the fleet's list of nodes is empty");
    }
    return addresses;
  };
}

FindNodes NodesByName(std::string host_and_port) {
  return [name = std::move(host_and_port)]() -> absl::StatusOr<std::vector<std::string>> {
    const absl::Status checked = internal::CheckAddress(name);
    if (!checked.ok() || internal::IsUnix(name)) {
      return internal::InvalidArgument("\"" + name + "\" is not HOST:PORT");
    }
    const std::size_t colon = name.rfind(':');
    return LookUp(name.substr(0, colon), name.substr(colon + 1));
  };
}

}  // namespace porthole::client

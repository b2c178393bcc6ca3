#include "net/proxies.h"

#include <algorithm>

namespace porthole::net {

bool IsProxy(const Proxies& proxies, const IpAddress& address) {
  return std::ranges::any_of(
      proxies.trusted, [&address](const IpPrefix& prefix) { return prefix.Contains(address); });
}

}  // namespace porthole::net

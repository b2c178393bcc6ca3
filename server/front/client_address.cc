#include "front/client_address.h"

#include "base/letter_case.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::front {
namespace {

// What a hop says of whom it heard: the `for` of RFC 7239, section 5.2; empty where it says
// nothing.
std::string_view ForOf(std::string_view hop) {
  constexpr std::string_view kFor = "for=";
  while (!hop.empty()) {
    const std::size_t end = std::min(hop.find(';'), hop.size());
    std::string_view pair = hop.substr(0, end);
    hop.remove_prefix(std::min(end + 1, hop.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(" \t"), pair.size()));
    if (SameIgnoringCase(pair.substr(0, kFor.size()), kFor)) {
      pair.remove_prefix(kFor.size());
      const bool quoted = pair.size() >= 2 && pair.starts_with('"') && pair.ends_with('"');
      return quoted ? pair.substr(1, pair.size() - 2) : pair;
    }
  }
  return {};
}

// An address, perhaps in brackets, perhaps with a port, which does not matter.
std::optional<IpAddress> AddressOf(std::string_view node) {
  if (node.starts_with('[')) {
    node = node.substr(0, node.find(']') + 1);
  } else if (node.find(':') == node.rfind(':')) {
    node = node.substr(0, node.find(':'));  // only IPv6 has more than one
  }
  const absl::StatusOr<IpAddress> address = IpAddress::Parse(node);
  return address.ok() ? std::optional(*address) : std::nullopt;
}

}  // namespace

IpAddress ClientAddress(const net::HttpRequest& request,
                        const IpAddress& peer,
                        const net::Proxies* proxies) {
  if (proxies == nullptr || proxies->client_header == config::ClientHeader::kNone) {
    return peer;
  }
  const bool forwarded = proxies->client_header == config::ClientHeader::kForwarded;
  const std::string header =
      request.Header(forwarded ? "Forwarded" : "X-Forwarded-For").value_or("");
  IpAddress client = peer;
  // At every comma, quoted or not: an address has none, and a quote that a client left open must
  // not swallow what the proxies wrote behind it.
  const std::vector<std::string> hops = net::SplitHeader(header);
  for (const std::string& hop : hops | std::views::reverse) {
    if (!net::IsProxy(*proxies, client)) {
      break;
    }
    const std::optional<IpAddress> before =
        AddressOf(forwarded ? ForOf(hop) : std::string_view(hop));
    if (!before.has_value()) {
      break;
    }
    client = *before;
  }
  return client;
}

}  // namespace porthole::front

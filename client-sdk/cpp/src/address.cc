#include "address.h"

#include "status.h"

#include <string>

namespace porthole::client::internal {
namespace {

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         text.find_first_not_of("0123456789") == std::string_view::npos &&
         std::stoul(std::string(text)) >= 1 && std::stoul(std::string(text)) <= 65535;
}

}  // namespace

bool IsUnix(std::string_view address) {
  return address.starts_with("unix:");
}

// gRPC would take "xds:…", "dns:…" and lists of addresses, too; a node is one address.
absl::Status CheckAddress(std::string_view address) {
  if (IsUnix(address)) {
    return address.size() > 5 && address[5] == '/'
               ? absl::OkStatus()
               : InvalidArgument("the address \"" + std::string(address) +
                                 "\" needs an absolute path: unix:/path");
  }
  const std::size_t colon = address.rfind(':');
  const std::string_view host = address.substr(0, colon);
  const bool literal_v6 = host.starts_with('[') && host.ends_with(']');
  const bool plain = host.find_first_of(":/,@ ") == std::string_view::npos;
  if (colon == std::string_view::npos || host.empty() || (!literal_v6 && !plain) ||
      !IsPort(address.substr(colon + 1))) {
    return InvalidArgument("the address \"" + std::string(address) +
                           "\" is neither unix:/path nor HOST:PORT");
  }
  return absl::OkStatus();
}

}  // namespace porthole::client::internal

#include "porthole/client/console_link.h"

#include "status.h"

#include <algorithm>

namespace porthole::client {
namespace {

// Characters of a host, a port and brackets; what else a URL may hold has no place here.
bool IsAuthorityCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view(".-:[]").find(c) != std::string_view::npos;
}

}  // namespace

absl::StatusOr<ConsoleLink> ConsoleLink::To(std::string_view base_url) {
  std::string_view authority = base_url;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (base_url.starts_with(scheme)) {
      authority.remove_prefix(scheme.size());
      break;
    }
  }
  const bool has_scheme = authority.size() < base_url.size();
  if (authority.ends_with('/')) {
    authority.remove_suffix(1);
  }
  if (!has_scheme || authority.empty() || !std::ranges::all_of(authority, IsAuthorityCharacter)) {
    return internal::InvalidArgument(
        "the base URL must be https://HOST or https://HOST:PORT, not \"" + std::string(base_url) +
        "\"");
  }
  const std::size_t length = base_url.size() - (base_url.ends_with('/') ? 1 : 0);
  return ConsoleLink(std::string(base_url.substr(0, length)));
}

std::string ConsoleLink::With(std::string_view token) const {
  return origin_ + "/console?token=" + std::string(token);
}

}  // namespace porthole::client

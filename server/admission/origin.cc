#include "admission/origin.h"

#include "base/ip_address.h"
#include "base/letter_case.h"

#include <absl/strings/numbers.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace porthole::admission {
namespace {

constexpr std::size_t kMaxHostBytes = 253;  // RFC 1035, section 2.3.4
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

struct Authority {
  std::string host;  // lower case; an address in its one spelling
  std::optional<std::uint16_t> port;
};

struct Origin {
  bool https = false;
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const Origin&, const Origin&) = default;
};

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

std::optional<std::uint16_t> ReadPort(std::string_view digits) {
  unsigned port = 0;
  const bool plain = !digits.empty() && digits.size() <= 5 &&
                     std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (!plain || !absl::SimpleAtoi(std::string(digits), &port) || port == 0 || port > 65535) {
    return std::nullopt;
  }
  return static_cast<std::uint16_t>(port);
}

// The host in its one spelling; empty when it is none.
std::string ReadHost(std::string_view host) {
  if (host.starts_with('[')) {
    const absl::StatusOr<IpAddress> address = IpAddress::Parse(host);
    return address.ok() ? address->ToString() : std::string();
  }
  std::string name = LowerCase(host);
  return name.size() <= kMaxHostBytes && std::ranges::all_of(name, IsHostCharacter) ? name : "";
}

// "host", "host:port" or "[address]:port", and nothing else.
std::optional<Authority> ReadAuthority(std::string_view text) {
  Authority authority;
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    authority.port = ReadPort(text.substr(colon + 1));
    if (!authority.port.has_value()) {
      return std::nullopt;
    }
  }
  authority.host = ReadHost(text.substr(0, colon));
  return authority.host.empty() ? std::nullopt : std::optional(authority);
}

// A serialised origin of the web (RFC 6454, section 6.2); nothing for any other scheme.
std::optional<Origin> ReadOrigin(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string scheme = LowerCase(text.substr(0, end));
  const std::optional<Authority> authority = ReadAuthority(text.substr(end + 3));
  if (!authority.has_value() || (scheme != "https" && scheme != "http")) {
    return std::nullopt;
  }
  const bool https = scheme == "https";
  return Origin{.https = https,
                .host = authority->host,
                .port = authority->port.value_or(https ? kHttpsPort : kHttpPort)};
}

bool IsOneOf(std::string_view origin, const std::vector<std::string>& listed) {
  const std::optional<Origin> read = ReadOrigin(origin);
  return std::ranges::any_of(listed, [&](const std::string& one) {
    return read.has_value() ? read == ReadOrigin(one) : !origin.empty() && origin == one;
  });
}

// Whether the page came from the very host and port that the request went to. Without TLS here, a
// proxy in front may have ended it, so a missing port in Host is that of the page's scheme.
bool IsOwn(std::string_view origin, const RequestOrigin& request) {
  const std::optional<Origin> page = ReadOrigin(origin);
  const std::optional<Authority> host = ReadAuthority(request.host);
  if (!page.has_value() || !host.has_value() || (request.tls && !page->https)) {
    return false;
  }
  const std::uint16_t port = host->port.value_or(page->https ? kHttpsPort : kHttpPort);
  return page->host == host->host && page->port == port;
}

}  // namespace

bool OriginAllowed(const RequestOrigin& request, const std::vector<std::string>& listed) {
  return !request.origin.has_value() || IsOwn(*request.origin, request) ||
         IsOneOf(*request.origin, listed);
}

}  // namespace porthole::admission

#include "config/format.h"

#include "base/ip_address.h"
#include "base/tunnel.h"
#include "config/scalar_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace porthole::config {
namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";

bool IsOneOf(char character, std::initializer_list<std::string_view> sets) {
  return std::ranges::any_of(sets, [character](std::string_view set) {
    return set.find(character) != std::string_view::npos;
  });
}

// Labels of letters, digits, "-" and "_" between dots (RFC 1123, section 2.1; "_" is in use).
bool IsHostName(std::string_view text) {
  std::size_t label = 0;
  for (const char character : text) {
    if (character == '.' && label == 0) {
      return false;
    }
    if (character != '.' && !IsOneOf(character, {kLower, kUpper, kDigits, "-_"})) {
      return false;
    }
    label = character == '.' ? 0 : label + 1;
    if (label > 63) {
      return false;
    }
  }
  return label > 0 && !IpAddress::Parse(text).ok();
}

bool IsHostPattern(std::string_view text) {
  return IsHostName(text.starts_with("*.") ? text.substr(2) : text);
}

// Segments of unreserved characters (RFC 3986, section 2.3), none of them empty or dots alone.
bool IsPathPrefix(std::string_view text) {
  while (text.starts_with('/')) {
    text.remove_prefix(1);
    const std::string_view segment = text.substr(0, text.find('/'));
    if (segment.find_first_not_of('.') == std::string_view::npos ||
        !std::ranges::all_of(segment, [](char character) {
          return IsOneOf(character, {kLower, kUpper, kDigits, "-._~"});
        })) {
      return false;
    }
    text.remove_prefix(segment.size());
  }
  return text.empty();
}

bool IsPort(std::string_view text) {
  const std::optional<std::uint32_t> port = ParseCount(text);
  return port.has_value() && *port >= 1 && *port <= 65535;
}

bool IsLowerCase(std::string_view text) {
  return text.find_first_of(kUpper) == std::string_view::npos;
}

// "host", "host:port" or the same with an IPv6 address in brackets.
bool IsAuthority(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || !IpAddress::Parse(text.substr(0, end + 1)).ok()) {
      return false;
    }
    const std::string_view rest = text.substr(end + 1);
    return rest.empty() || (rest.front() == ':' && IsPort(rest.substr(1)));
  }
  const std::size_t colon = text.find(':');
  const std::string_view host = text.substr(0, colon);
  const bool port = colon == std::string_view::npos || IsPort(text.substr(colon + 1));
  return port && (IsHostName(host) || IpAddress::Parse(host).ok());
}

// As browsers write it: lower-case, without the scheme's own port and without a path (RFC 6454,
// section 6.2). Anything else would silently never match.
bool IsOrigin(std::string_view text) {
  if (text == "null") {
    return true;
  }
  const bool tls = text.starts_with("https://");
  if (!tls && !text.starts_with("http://")) {
    return false;
  }
  const std::string_view authority = text.substr(tls ? 8 : 7);
  return IsLowerCase(authority) && IsAuthority(authority) &&
         !authority.ends_with(tls ? ":443" : ":80");
}

// A source expression of CSP (Content Security Policy Level 3, section 2.3.1), loosely; strictly
// nothing that would end the directive or the header.
bool IsFrameAncestor(std::string_view text) {
  return text == "'self'" || std::ranges::all_of(text, [](char character) {
           return IsOneOf(character, {kLower, kUpper, kDigits, "-_.*:/[]"});
         });
}

bool IsCallerName(std::string_view text) {
  constexpr std::array<std::string_view, 3> kKinds = {"uri:", "dns:", "cn:"};
  return std::ranges::any_of(kKinds, [text](std::string_view kind) {
    return text.starts_with(kind) && text.size() > kind.size();
  });
}

bool Fits(v1::Format format, std::string_view text) {
  switch (format) {
    case v1::FORMAT_IP_ADDRESS:
      return IpAddress::Parse(text).ok();
    case v1::FORMAT_IP_PREFIX:
      return IpPrefix::Parse(text).ok();
    case v1::FORMAT_ORIGIN:
      return IsOrigin(text);
    case v1::FORMAT_FRAME_ANCESTOR:
      return IsFrameAncestor(text);
    case v1::FORMAT_CALLER_NAME:
      return IsCallerName(text);
    case v1::FORMAT_HOST_PATTERN:
      return IsHostPattern(text);
    case v1::FORMAT_PATH_PREFIX:
      return IsPathPrefix(text);
    case v1::FORMAT_TUNNEL_URL:
      return ParseTunnelUrl(text).ok();
    default:
      return true;
  }
}

// What is wrong with what does not fit.
std::string_view Misfit(v1::Format format) {
  switch (format) {
    case v1::FORMAT_IP_ADDRESS:
      return R"(is not an IP address, such as "127.0.0.1" or "::1")";
    case v1::FORMAT_IP_PREFIX:
      return "is not a range of addresses with nothing after its length, such as "
             R"("10.0.0.0/8", "2001:db8::/32" or "192.0.2.1")";
    case v1::FORMAT_ORIGIN:
      return R"(is not an origin as browsers write it: "https://cloud.example" or )"
             R"("http://cloud.example:8080", lower-case, no path, no default port)";
    case v1::FORMAT_FRAME_ANCESTOR:
      return R"(is not a frame ancestor, such as "'self'" or "https://cloud.example")";
    case v1::FORMAT_CALLER_NAME:
      return R"(is not a certificate's name: "uri:spiffe://cloud.example/manager", )"
             R"("dns:manager.example" or "cn:manager")";
    case v1::FORMAT_HOST_PATTERN:
      return R"(is not a host's name, such as "kvm-7.example" or "*.example"; addresses )"
             "belong into prefix";
    case v1::FORMAT_PATH_PREFIX:
      return R"(is not the beginning of a path, such as "/vnc")";
    case v1::FORMAT_TUNNEL_URL:
      return R"(is not where a tunnel begins, such as "http://squid.example:3128" or )"
             R"("https://xen-1.example")";
    default:
      return "does not fit";
  }
}

}  // namespace

std::string WhyNot(v1::Format format, std::string_view text) {
  return Fits(format, text) ? "" : std::string(Misfit(format));
}

}  // namespace porthole::config

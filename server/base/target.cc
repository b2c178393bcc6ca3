#include "base/target.h"

#include "base/ip_address.h"
#include "base/status.h"

#include <absl/strings/numbers.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace porthole {
namespace {

constexpr std::size_t kMaxTargetBytes = 1024;
constexpr std::size_t kMaxUnixPathBytes = 107;  // sockaddr_un, with its final zero
constexpr std::size_t kMaxHostBytes = 253;      // RFC 1035, section 2.3.4

struct Scheme {
  std::string_view name;
  TargetScheme value;
};
constexpr std::array<Scheme, 6> kSchemes = {{{"tcp", TargetScheme::kTcp},
                                             {"unix", TargetScheme::kUnix},
                                             {"ws", TargetScheme::kWs},
                                             {"wss", TargetScheme::kWss},
                                             {"raw+tcp", TargetScheme::kRawTcp},
                                             {"reverse", TargetScheme::kReverse}}};

absl::Status Bad(std::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, "target " + std::string(why));
}

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

// The host of "host:port", checked; brackets only around an IPv6 address, which is given back
// without them.
absl::StatusOr<std::string> ReadHost(std::string_view host) {
  if (host.starts_with('[')) {
    const absl::StatusOr<IpAddress> address = IpAddress::Parse(host);
    if (!address.ok()) {
      return Bad("has a malformed IPv6 address");
    }
    return address->ToString();
  }
  if (host.empty() || host.size() > kMaxHostBytes || !std::ranges::all_of(host, IsHostCharacter)) {
    return Bad("has a malformed host name");
  }
  return std::string(host);
}

absl::StatusOr<std::uint16_t> ReadPort(std::string_view digits) {
  unsigned port = 0;
  const bool plain = !digits.empty() && digits.size() <= 5 &&
                     std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (!plain || !absl::SimpleAtoi(std::string(digits), &port) || port == 0 || port > 65535) {
    return Bad("needs a port from 1 to 65535");
  }
  return static_cast<std::uint16_t>(port);
}

absl::StatusOr<Target> ReadAuthority(Target target, std::string_view rest) {
  if (!rest.starts_with("//")) {
    return Bad("needs \"//\" after its scheme");
  }
  rest.remove_prefix(2);
  const bool has_path = target.scheme == TargetScheme::kWs || target.scheme == TargetScheme::kWss;
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos) {
    if (!has_path) {
      return Bad("must not have a path");
    }
    target.path = std::string(rest.substr(slash));
    rest = rest.substr(0, slash);
  } else if (has_path) {
    target.path = "/";
  }
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || rest.substr(colon).find(']') != std::string_view::npos) {
    return Bad("needs a port");
  }
  absl::StatusOr<std::string> host = ReadHost(rest.substr(0, colon));
  if (!host.ok()) {
    return host.status();
  }
  const absl::StatusOr<std::uint16_t> port = ReadPort(rest.substr(colon + 1));
  if (!port.ok()) {
    return port.status();
  }
  target.host = *std::move(host);
  target.port = *port;
  return target;
}

absl::StatusOr<Target> ReadUnix(Target target, std::string_view path) {
  if (!path.starts_with('/') || path.size() > kMaxUnixPathBytes) {
    return Bad("needs an absolute path of at most 107 bytes");
  }
  target.path = std::string(path);
  return target;
}

absl::StatusOr<Target> ReadReverse(Target target, std::string_view id) {
  if (id.empty() || id.size() > 128 || !std::ranges::all_of(id, IsHostCharacter)) {
    return Bad("needs an id of 1 to 128 letters, digits, '-', '.' and '_'");
  }
  target.path = std::string(id);
  return target;
}

}  // namespace

std::string_view Name(TargetScheme scheme) {
  const auto* const found = std::ranges::find(kSchemes, scheme, &Scheme::value);
  return found->name;
}

absl::StatusOr<Target> ParseTarget(std::string_view text) {
  if (text.size() > kMaxTargetBytes) {
    return Bad("is longer than 1024 bytes");
  }
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; })) {
    return Bad("has a space, a control character or one beyond ASCII");
  }
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto* const scheme = std::ranges::find(kSchemes, name, &Scheme::name);
  if (colon == std::string_view::npos || scheme == kSchemes.end()) {
    return Bad("needs a scheme: tcp, unix, ws, wss, raw+tcp or reverse");
  }
  Target target;
  target.scheme = scheme->value;
  const std::string_view rest = text.substr(colon + 1);
  switch (target.scheme) {
    case TargetScheme::kUnix:
      return ReadUnix(std::move(target), rest);
    case TargetScheme::kReverse:
      return ReadReverse(std::move(target), rest);
    default:
      return ReadAuthority(std::move(target), rest);
  }
}

std::string ToString(const Target& target) {
  const std::string scheme(Name(target.scheme));
  if (target.scheme == TargetScheme::kUnix || target.scheme == TargetScheme::kReverse) {
    return scheme + ":" + target.path;
  }
  const bool v6 = target.host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + target.host + "]" : target.host;
  return scheme + "://" + host + ":" + std::to_string(target.port) + target.path;
}

std::string Shown(const Target& target) {
  Target shown = target;
  if ((target.scheme == TargetScheme::kWs || target.scheme == TargetScheme::kWss) &&
      target.path != "/") {
    shown.path = "/…";
  }
  return ToString(shown);
}

}  // namespace porthole

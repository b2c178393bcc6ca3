#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace porthole {

enum class TargetScheme : std::uint8_t { kTcp, kUnix, kWs, kWss, kRawTcp, kReverse };

// How to reach a host's VNC server (design, section 4.1). Holds no secret but, maybe, a ticket in a
// WebSocket's path.
struct Target {
  TargetScheme scheme = TargetScheme::kTcp;
  std::string host;        // a name or a literal address without brackets
  std::uint16_t port = 0;  // 1 to 65535 where the scheme has one
  std::string path;        // of a unix socket or a WebSocket; the id of a reverse connection

  friend bool operator==(const Target&, const Target&) = default;
};

// The scheme as written in a target, e.g. "raw+tcp".
std::string_view Name(TargetScheme scheme);

// Reads "tcp://host:port", "unix:/path", "ws(s)://host:port/path", "raw+tcp://host:port" or
// "reverse:ID"; at most 1 KiB, no user information; visible ASCII only.
// Errors: INVALID_ARGUMENT, saying what is wrong.
absl::StatusOr<Target> ParseTarget(std::string_view text);

// The one spelling of `target`; IPv6 in brackets. ParseTarget() reads it back.
std::string ToString(const Target& target);

// The same for people and logs: a WebSocket's path is left out, because tickets stand in it.
std::string Shown(const Target& target);

}  // namespace porthole

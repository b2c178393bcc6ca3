#include "token/console_claim.h"

#include "base/letter_case.h"
#include "base/status.h"
#include "base/target.h"
#include "base/tunnel.h"

#include <absl/status/statusor.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace porthole::token {
namespace {

constexpr std::size_t kMaxConsoleIdBytes = 128;
constexpr std::size_t kMaxTextBytes = 256;
constexpr std::size_t kMaxTargetBytes = 1024;
constexpr std::size_t kMaxPasswordBytes = 1024;
constexpr std::size_t kMaxTunnelPathBytes = 2048;
constexpr std::size_t kMaxCookieBytes = 4096;
constexpr std::size_t kMaxHostBytes = 253;      // RFC 1035, section 2.3.4
constexpr std::size_t kFingerprintDigits = 64;  // SHA-256 in hexadecimal

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == ':';
}

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

HostTls ReadTls(const boost::json::object& object, Fault& fault) {
  constexpr std::array kModes = {TlsMode::kDisable, TlsMode::kPrefer, TlsMode::kRequire};
  const Members tls(object, "console.tls.", fault);
  tls.AllowOnly({"mode", "server_name", "host_key_sha256"});
  HostTls read;
  read.mode = kModes.at(tls.OptionalName("mode", {"disable", "prefer", "require"}).value_or(1));
  read.server_name = tls.OptionalText("server_name", kMaxHostBytes);
  if (!std::ranges::all_of(read.server_name, IsHostCharacter)) {
    tls.Fail("server_name", "is not a host name");
  }
  read.host_key_sha256 = tls.OptionalText("host_key_sha256", kFingerprintDigits);
  const std::size_t digits = read.host_key_sha256.size();
  if ((digits != 0 && digits != kFingerprintDigits) ||
      !std::ranges::all_of(read.host_key_sha256, IsHexDigit)) {
    tls.Fail("host_key_sha256", "must be 64 hexadecimal digits");
  }
  read.host_key_sha256 = LowerCase(read.host_key_sha256);
  return read;
}

Tunnel ReadTunnel(const boost::json::object& object, Fault& fault) {
  const Members members(object, "console.tunnel.", fault);
  members.AllowOnly({"url", "path", "cookie"});
  const std::string url = members.RequiredText("url", kMaxTargetBytes);
  const absl::StatusOr<Tunnel> parsed = ParseTunnelUrl(url);
  if (!parsed.ok()) {
    members.Fail("url", "cannot be read: " + Message(parsed.status()));
  }
  Tunnel tunnel = parsed.value_or(Tunnel());
  tunnel.path = Secret(members.OptionalSecret("path", kMaxTunnelPathBytes));
  tunnel.cookie = Secret(members.OptionalSecret("cookie", kMaxCookieBytes));
  if (const std::string wrong = WhyNotAskedFor(tunnel); !wrong.empty()) {
    members.Fail("", "cannot be used: " + wrong);
  }
  return tunnel;
}

// A tunnel leads to a TCP port; what else there is has no way through it.
bool MayHaveTunnel(const Target& target) {
  return target.scheme != TargetScheme::kUnix && target.scheme != TargetScheme::kReverse;
}

}  // namespace

void ReadConsole(const boost::json::object& object, Grant& grant, Fault& fault) {
  const Members console(object, "console.", fault);
  console.AllowOnly({"id", "name", "target", "username", "password", "tls", "tunnel"});
  grant.console_id = console.RequiredText("id", kMaxConsoleIdBytes);
  grant.console_name = console.OptionalText("name", kMaxTextBytes);
  grant.username = console.OptionalText("username", kMaxTextBytes);
  grant.password = Secret(console.OptionalSecret("password", kMaxPasswordBytes));
  const std::string text = console.RequiredText("target", kMaxTargetBytes);
  absl::StatusOr<Target> target = ParseTarget(text);
  if (target.ok()) {
    grant.target = *std::move(target);
  } else {
    console.Fail("target", "cannot be read: " + Message(target.status()));
  }
  if (const boost::json::object* const tls = console.OptionalObject("tls")) {
    grant.tls = ReadTls(*tls, fault);
  }
  if (const boost::json::object* const tunnel = console.OptionalObject("tunnel")) {
    grant.tunnel = ReadTunnel(*tunnel, fault);
    if (!MayHaveTunnel(grant.target)) {
      console.Fail("tunnel", "goes with targets over TCP only");
    }
  }
}

}  // namespace porthole::token

#include "token_payload.h"

#include "base64url.h"
#include "status.h"
#include "text.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace porthole::client::internal {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxTokenIdBytes = 128;
constexpr std::size_t kMaxPayloadBytes = 8192;

constexpr std::array<std::string_view, 3> kTlsModes = {"disable", "prefer", "require"};
constexpr std::array<std::string_view, 4> kClipboards = {"both", "to_console", "from_console",
                                                         "off"};
constexpr std::array<std::string_view, 3> kSharings = {"shared", "exclusive", "takeover"};

template <typename Enum, std::size_t N>
json::string_view NameIn(const std::array<std::string_view, N>& names, Enum value) {
  return names.at(static_cast<std::size_t>(value));
}

absl::Status CheckText(std::string_view claim, std::string_view text) {
  if (!IsUtf8(text)) {
    return InvalidArgument(std::string(claim) + " is not UTF-8");
  }
  return absl::OkStatus();
}

absl::Status CheckRequired(std::string_view claim, std::string_view text) {
  if (text.empty()) {
    return InvalidArgument(std::string(claim) + " is required");
  }
  return CheckText(claim, text);
}

absl::Status CheckTexts(const TokenClaims& claims) {
  for (const auto& [claim, text] :
       {std::pair<std::string_view, std::string_view>{"subject", claims.subject},
        {"audience", claims.audience},
        {"console.id", claims.console.id},
        {"console.target", claims.console.target}}) {
    absl::Status checked = CheckRequired(claim, text);
    if (!checked.ok()) {
      return checked;
    }
  }
  for (const auto& [claim, text] :
       {std::pair<std::string_view, std::string_view>{"issuer", claims.issuer},
        {"token_id", claims.token_id},
        {"console.name", claims.console.name},
        {"console.username", claims.console.username},
        {"console.password", claims.console.password}}) {
    absl::Status checked = CheckText(claim, text);
    if (!checked.ok()) {
      return checked;
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTunnel(const Tunnel& tunnel) {
  absl::Status checked = CheckRequired("console.tunnel.url", tunnel.url);
  checked.Update(CheckText("console.tunnel.path", tunnel.path));
  checked.Update(CheckText("console.tunnel.cookie", tunnel.cookie));
  return checked;
}

absl::Status CheckPolicy(const PolicyClaim& policy) {
  if (policy.max_duration.has_value() && policy.max_duration->count() <= 0) {
    return InvalidArgument("policy.max_duration must be more than 0");
  }
  if (policy.idle_timeout.has_value() && policy.idle_timeout->count() <= 0) {
    return InvalidArgument("policy.idle_timeout must be more than 0");
  }
  for (const std::string& address : policy.client_ip) {
    absl::Status checked = CheckRequired("policy.client_ip", address);
    if (!checked.ok()) {
      return checked;
    }
  }
  return absl::OkStatus();
}

absl::Status Check(const TokenClaims& claims) {
  absl::Status texts = CheckTexts(claims);
  if (!texts.ok()) {
    return texts;
  }
  if (claims.token_id.size() > kMaxTokenIdBytes) {
    return InvalidArgument("token_id is longer than 128 bytes");
  }
  if (claims.lifetime.count() <= 0) {
    return InvalidArgument("lifetime must be more than 0");
  }
  if (claims.console.tunnel.has_value()) {
    absl::Status tunnel = CheckTunnel(*claims.console.tunnel);
    if (!tunnel.ok()) {
      return tunnel;
    }
  }
  return CheckPolicy(claims.policy);
}

std::string RandomTokenId() {
  std::array<std::uint8_t, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    std::abort();
  }
  return EncodeBase64Url(bytes);
}

json::object TunnelOf(const Tunnel& claim) {
  json::object tunnel = {{"url", claim.url}};
  if (!claim.path.empty()) {
    tunnel["path"] = claim.path;
  }
  if (!claim.cookie.empty()) {
    tunnel["cookie"] = claim.cookie;
  }
  return tunnel;
}

json::object ConsoleOf(const ConsoleClaim& claim) {
  json::object console = {{"id", claim.id}, {"target", claim.target}};
  if (!claim.name.empty()) {
    console["name"] = claim.name;
  }
  if (!claim.username.empty()) {
    console["username"] = claim.username;
  }
  if (!claim.password.empty()) {
    console["password"] = claim.password;
  }
  if (claim.tls.has_value()) {
    json::object tls = {{"mode", NameIn(kTlsModes, claim.tls->mode)}};
    if (!claim.tls->server_name.empty()) {
      tls["server_name"] = claim.tls->server_name;
    }
    if (!claim.tls->host_key_sha256.empty()) {
      tls["host_key_sha256"] = claim.tls->host_key_sha256;
    }
    console["tls"] = std::move(tls);
  }
  if (claim.tunnel.has_value()) {
    console["tunnel"] = TunnelOf(*claim.tunnel);
  }
  return console;
}

json::object PolicyOf(const PolicyClaim& claim) {
  json::object policy;
  if (claim.view_only.has_value()) {
    policy["view_only"] = *claim.view_only;
  }
  if (claim.clipboard.has_value()) {
    policy["clipboard"] = NameIn(kClipboards, *claim.clipboard);
  }
  if (claim.sharing.has_value()) {
    policy["sharing"] = NameIn(kSharings, *claim.sharing);
  }
  if (claim.max_duration.has_value()) {
    policy["max_duration_s"] = claim.max_duration->count();
  }
  if (claim.idle_timeout.has_value()) {
    policy["idle_timeout_s"] = claim.idle_timeout->count();
  }
  if (!claim.client_ip.empty()) {
    policy["client_ip"] = json::array(claim.client_ip.begin(), claim.client_ip.end());
  }
  return policy;
}

json::object PayloadOf(const TokenClaims& claims, std::int64_t now) {
  json::object payload = {{"aud", claims.audience},
                          {"sub", claims.subject},
                          {"jti", claims.token_id.empty() ? RandomTokenId() : claims.token_id},
                          {"iat", now},
                          {"exp", now + claims.lifetime.count()},
                          {"console", ConsoleOf(claims.console)}};
  if (!claims.issuer.empty()) {
    payload["iss"] = claims.issuer;
  }
  json::object policy = PolicyOf(claims.policy);
  if (!policy.empty()) {
    payload["policy"] = std::move(policy);
  }
  return payload;
}

}  // namespace

absl::StatusOr<std::string> TokenPayload(const TokenClaims& claims,
                                         std::chrono::system_clock::time_point now) {
  absl::Status checked = Check(claims);
  if (!checked.ok()) {
    return checked;
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  std::string payload = json::serialize(PayloadOf(claims, seconds));
  if (payload.size() > kMaxPayloadBytes) {
    return InvalidArgument("the claims are longer than 8192 bytes of JSON");
  }
  return payload;
}

}  // namespace porthole::client::internal

#include "token/policy_claim.h"

#include "base/ip_address.h"

#include <absl/status/statusor.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace porthole::token {
namespace {

constexpr std::size_t kMaxClientIps = 64;
constexpr std::size_t kMaxClientIpBytes = 64;

std::optional<ClipboardWish> ReadClipboard(const Members& policy) {
  constexpr std::array<ClipboardWish, 4> kWishes = {{{.to_console = true, .from_console = true},
                                                     {.to_console = true, .from_console = false},
                                                     {.to_console = false, .from_console = true},
                                                     {.to_console = false, .from_console = false}}};
  const std::optional<std::size_t> which =
      policy.OptionalName("clipboard", {"both", "to_console", "from_console", "off"});
  return which.has_value() ? std::optional(kWishes.at(*which)) : std::nullopt;
}

std::optional<SharingWish> ReadSharing(const Members& policy) {
  constexpr std::array kWishes = {SharingWish::kShared, SharingWish::kExclusive,
                                  SharingWish::kTakeover};
  const std::optional<std::size_t> which =
      policy.OptionalName("sharing", {"shared", "exclusive", "takeover"});
  return which.has_value() ? std::optional(kWishes.at(*which)) : std::nullopt;
}

}  // namespace

PolicyWish ReadPolicy(const boost::json::object& object, Fault& fault) {
  const Members policy(object, "policy.", fault);
  policy.AllowOnly(
      {"view_only", "clipboard", "sharing", "max_duration_s", "idle_timeout_s", "client_ip"});
  PolicyWish wish;
  wish.view_only = policy.OptionalBool("view_only");
  wish.clipboard = ReadClipboard(policy);
  wish.sharing = ReadSharing(policy);
  wish.max_duration = policy.OptionalSeconds("max_duration_s");
  wish.idle_timeout = policy.OptionalSeconds("idle_timeout_s");
  for (const std::string& text :
       policy.OptionalTexts("client_ip", kMaxClientIps, kMaxClientIpBytes)) {
    const absl::StatusOr<IpPrefix> prefix = IpPrefix::Parse(text);
    if (!prefix.ok()) {
      policy.Fail("client_ip", "holds something that is no IP address or prefix");
      break;
    }
    wish.client_ip.push_back(*prefix);
  }
  return wish;
}

}  // namespace porthole::token

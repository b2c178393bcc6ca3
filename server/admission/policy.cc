#include "admission/policy.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace porthole::admission {
namespace {

Refusal Forbid(std::string detail) {
  Refusal refusal = Refuse(EndReason::kForbidden, std::move(detail));
  refusal.sentence =
      "This console link asks for something that this console server does not allow.";
  return refusal;
}

config::Sharing SharingOf(token::SharingWish wish) {
  switch (wish) {
    case token::SharingWish::kExclusive:
      return config::Sharing::kExclusive;
    case token::SharingWish::kTakeover:
      return config::Sharing::kTakeover;
    case token::SharingWish::kShared:
      break;
  }
  return config::Sharing::kShared;
}

bool IsMet(const std::vector<IpPrefix>& client_ip, const IpAddress& client) {
  return client_ip.empty() || std::ranges::any_of(client_ip, [&](const IpPrefix& prefix) {
           return prefix.Contains(client);
         });
}

PolicyInForce Combine(const config::Policy& node, const token::PolicyWish& wish) {
  const token::ClipboardWish clipboard = wish.clipboard.value_or(token::ClipboardWish{});
  PolicyInForce policy;
  policy.view_only = node.view_only || wish.view_only.value_or(false);
  policy.clipboard.to_console = node.clipboard.to_console && clipboard.to_console;
  policy.clipboard.from_console = node.clipboard.from_console && clipboard.from_console;
  policy.sharing = wish.sharing.has_value() ? SharingOf(*wish.sharing) : node.default_sharing;
  policy.takeover_by = node.takeover_by;
  policy.takeover_before_dial = node.takeover_before_dial;
  policy.max_duration = std::min(node.max_duration, wish.max_duration.value_or(node.max_duration));
  policy.idle_timeout = std::min(node.idle_timeout, wish.idle_timeout.value_or(node.idle_timeout));
  return policy;
}

}  // namespace

Judged<PolicyInForce> Narrow(const config::Policy& node,
                             const token::PolicyWish& wish,
                             const IpAddress& client) {
  if (!IsMet(wish.client_ip, client)) {
    return Refuse(EndReason::kForbidden, "policy.client_ip does not hold the client's address");
  }
  const PolicyInForce policy = Combine(node, wish);
  if (std::ranges::find(node.sharing, policy.sharing) == node.sharing.end()) {
    return Forbid("policy.sharing is not among those that this node allows");
  }
  if (policy.max_duration <= std::chrono::seconds(0)) {
    return Forbid("policy.max_duration_s leaves no time");
  }
  if (policy.idle_timeout <= std::chrono::seconds(0)) {
    return Forbid("policy.idle_timeout_s leaves no time");
  }
  return policy;
}

}  // namespace porthole::admission

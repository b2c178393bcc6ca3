#pragma once

#include "base/end_reason.h"
#include "base/ip_address.h"
#include "config/configuration.h"
#include "token/grant.h"

#include <chrono>

namespace porthole::admission {

// What one session may do: the node's policy, narrowed by its token (design, section 4.1).
struct PolicyInForce {
  bool view_only = false;
  config::Clipboard clipboard;
  config::Sharing sharing = config::Sharing::kShared;
  config::TakeoverBy takeover_by = config::TakeoverBy::kSameSubject;
  bool takeover_before_dial = false;
  std::chrono::seconds max_duration{28800};
  std::chrono::seconds idle_timeout{1800};

  friend bool operator==(const PolicyInForce&, const PolicyInForce&) = default;
};

// `node` narrowed by `wish` for a viewer at `client`.
// Refusals: kForbidden when the wish asks for a sharing that the node does not allow, for no time
// at all, or for another client address.
Judged<PolicyInForce> Narrow(const config::Policy& node,
                             const token::PolicyWish& wish,
                             const IpAddress& client);

}  // namespace porthole::admission

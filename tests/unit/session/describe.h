#pragma once

#include "session/registry.h"

#include <string>
#include <utility>

namespace porthole::session {

// A session's description; every name follows from `id` but those that a test is about.
struct Wish {
  std::string id;
  std::string console = "console-1";
  std::string subject = "alice";
  IpAddress address = IpAddress::V4({203, 0, 113, 7});
  config::Sharing sharing = config::Sharing::kShared;
  config::TakeoverBy takeover_by = config::TakeoverBy::kSameSubject;
};

inline Description Describe(const Wish& wish) {
  Description description;
  description.names = {.session_id = wish.id,
                       .console_id = wish.console,
                       .subject = wish.subject,
                       .key_id = "key-of-" + wish.id,
                       .token_id = "token-of-" + wish.id,
                       .client_address = wish.address,
                       .token_issued_at = {}};
  description.policy.sharing = wish.sharing;
  description.policy.takeover_by = wish.takeover_by;
  return description;
}

}  // namespace porthole::session

#pragma once

#include "admission/policy.h"

#include <absl/functional/any_invocable.h>
#include <absl/status/status.h>

#include <chrono>
#include <optional>

namespace porthole::session {

// What of a live session's policy is to be changed; what is absent stays.
struct PolicyChange {
  std::optional<bool> view_only;
  std::optional<config::Clipboard> clipboard;
  std::optional<std::chrono::seconds> max_duration;  // from the session's start
  std::optional<std::chrono::seconds> idle_timeout;

  admission::PolicyInForce AppliedTo(admission::PolicyInForce policy) const {
    policy.view_only = view_only.value_or(policy.view_only);
    policy.clipboard = clipboard.value_or(policy.clipboard);
    policy.max_duration = max_duration.value_or(policy.max_duration);
    policy.idle_timeout = idle_timeout.value_or(policy.idle_timeout);
    return policy;
  }
};

// Called exactly once, on any thread: OK when the change is in force; FAILED_PRECONDITION when the
// session's messages cannot be followed any more; NOT_FOUND when the session ended before;
// RESOURCE_EXHAUSTED when too many changes wait. Unless OK, nothing changed, but for a session that
// ended.
using PolicyDone = absl::AnyInvocable<void(absl::Status)>;

// A change on its way to the session.
struct PolicyOrder {
  PolicyChange change;
  PolicyDone done;
};

}  // namespace porthole::session

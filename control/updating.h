#pragma once

#include "config/configuration.h"
#include "porthole/control/v1/session_service.pb.h"
#include "session/policy_change.h"

#include <absl/status/statusor.h>

#include <string>

namespace porthole::control {

// Reads what UpdateSession is to change: the fields of `policy` that the mask names. A token's
// limits may be widened up to `node`'s, which no call goes beyond.
// Errors: INVALID_ARGUMENT naming the field; FAILED_PRECONDITION for more than the node allows.
absl::StatusOr<session::PolicyChange> ReadPolicyChange(const v1::UpdateSessionRequest& request,
                                                       const config::Policy& node);

// For the log and the audit: `view_only true, idle_timeout 60 s`.
std::string ToString(const session::PolicyChange& change);

}  // namespace porthole::control

#pragma once

#include "admission/blocks.h"
#include "control/waiting.h"
#include "porthole/control/v1/session_service.pb.h"
#include "session/registry.h"

#include <absl/functional/any_invocable.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace porthole::control {

// How long a reason for a person may be: as much as a close frame carries.
inline constexpr std::size_t kMaxReasonBytes = 120;

// Reads a request of `creator`. `token_life` is how long a token can open a console after it was
// made. Errors: INVALID_ARGUMENT naming the field.
absl::StatusOr<admission::Revocation> ReadRevocation(const v1::RevokeSessionsRequest& request,
                                                     std::string creator,
                                                     std::chrono::seconds token_life);

// Tells every session that `selector` matches that it is revoked, for `reason` or, where that is
// empty, in the usual words; then as WhenGone() with kEndLimit. What keeps new ones out must be in
// force before: a session that is being admitted meanwhile either is found here or finds that.
void EndSessions(session::SessionRegistry& sessions,
                 const Selector& selector,
                 const std::string& reason,
                 absl::AnyInvocable<void(Outcome)> done);

}  // namespace porthole::control

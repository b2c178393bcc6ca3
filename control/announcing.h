#pragma once

#include "porthole/control/v1/session_service.pb.h"
#include "session/announcement.h"

#include <absl/status/statusor.h>

namespace porthole::control {

// Reads what AnnounceToSessions is to show. Errors: INVALID_ARGUMENT naming the field.
absl::StatusOr<session::Announcement> ReadAnnouncement(
    const v1::AnnounceToSessionsRequest& request);

}  // namespace porthole::control

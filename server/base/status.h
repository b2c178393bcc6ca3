#pragma once

#include <absl/status/status.h>

#include <string>
#include <string_view>

namespace porthole {

// Debian builds abseil with a string_view of its own; these two are where the worlds meet.
absl::Status Error(absl::StatusCode code, std::string_view message);
std::string Message(const absl::Status& status);

// The same status with "context: " before its message; OK stays OK.
absl::Status Annotate(const absl::Status& status, std::string_view context);

}  // namespace porthole

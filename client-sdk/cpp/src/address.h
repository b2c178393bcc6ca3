#pragma once

#include <absl/status/status.h>

#include <string_view>

namespace porthole::client::internal {

// Whether `address` names a unix socket.
bool IsUnix(std::string_view address);

// Errors: INVALID_ARGUMENT with the address, unless it is "unix:/path" or "HOST:PORT".
absl::Status CheckAddress(std::string_view address);

}  // namespace porthole::client::internal

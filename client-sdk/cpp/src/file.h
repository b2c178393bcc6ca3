#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace porthole::client::internal {

// The whole of a file of at most `max_bytes`. Errors: those of the system, and INVALID_ARGUMENT
// when it is longer; all name the file, none its content.
absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t max_bytes);

// Writes a file that was not there, mode 0600. Errors: ALREADY_EXISTS, and those of the system; a
// file that could not be written whole is removed.
absl::Status WriteNewSecretFile(const std::string& path, std::string_view content);

}  // namespace porthole::client::internal

#pragma once

#include <absl/status/statusor.h>
#include <google/protobuf/duration.pb.h>

#include <chrono>
#include <string>
#include <string_view>

namespace porthole::cli {

// Reads "500ms", "30s", "10m", "8h" or "7d". Errors: INVALID_ARGUMENT with the text.
absl::StatusOr<std::chrono::milliseconds> ParseDuration(std::string_view text);

// The same as a message of a request. Errors: of usage, beginning with `option`.
absl::StatusOr<google::protobuf::Duration> ReadDuration(const std::string& option,
                                                        const std::string& text);

// For people, the two largest units: "3d4h", "5m12s", "0s".
std::string ShowDuration(std::chrono::seconds duration);

}  // namespace porthole::cli

#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <google/protobuf/duration.pb.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace porthole::control {

// INVALID_ARGUMENT as "field: why".
absl::Status BadField(std::string_view field, std::string_view why);

// Whether `text` may be shown to a person: at most `max_bytes`, no control characters.
absl::Status CheckShownText(std::string_view field, std::string_view text, std::size_t max_bytes);

// `duration` in whole seconds, rounded up. Errors: INVALID_ARGUMENT unless it is well-formed and
// within `least` and `most`.
absl::StatusOr<std::chrono::seconds> ReadDuration(std::string_view field,
                                                  const google::protobuf::Duration& duration,
                                                  std::chrono::seconds least,
                                                  std::chrono::seconds most);

}  // namespace porthole::control

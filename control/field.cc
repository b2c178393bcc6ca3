#include "control/field.h"

#include "base/status.h"

#include <algorithm>
#include <cstdint>

namespace porthole::control {
namespace {

constexpr std::int32_t kNanosPerSecond = 1'000'000'000;

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace

absl::Status BadField(std::string_view field, std::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, std::string(field) + ": " + std::string(why));
}

absl::Status CheckShownText(std::string_view field, std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes) {
    return BadField(field, "has " + std::to_string(text.size()) + " bytes, at most " +
                               std::to_string(max_bytes) + " are allowed");
  }
  if (std::ranges::any_of(text, IsControl)) {
    return BadField(field, "must not have control characters or line breaks");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::chrono::seconds> ReadDuration(std::string_view field,
                                                  const google::protobuf::Duration& duration,
                                                  std::chrono::seconds least,
                                                  std::chrono::seconds most) {
  const std::int64_t seconds = duration.seconds();
  const std::int32_t nanos = duration.nanos();
  const bool well_formed = nanos > -kNanosPerSecond && nanos < kNanosPerSecond &&
                           (seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0));
  // The range is looked at before the rounding, so that the sum cannot overflow.
  if (!well_formed || seconds < 0 || nanos < 0 || seconds > most.count()) {
    return BadField(field, "must be between " + std::to_string(least.count()) + " s and " +
                               std::to_string(most.count()) + " s");
  }
  const std::chrono::seconds rounded(seconds + (nanos > 0 ? 1 : 0));
  if (rounded < least || rounded > most) {
    return BadField(field, "must be between " + std::to_string(least.count()) + " s and " +
                               std::to_string(most.count()) + " s");
  }
  return rounded;
}

}  // namespace porthole::control

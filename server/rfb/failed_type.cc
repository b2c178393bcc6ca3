#include "rfb/failed_type.h"

#include <absl/strings/cord.h>
#include <absl/strings/string_view.h>

namespace porthole::rfb {
namespace {

constexpr const char* kPayload = "porthole/security-type";

}  // namespace

absl::Status AtType(absl::Status failure, std::string_view type) {
  if (!failure.GetPayload(kPayload).has_value()) {
    failure.SetPayload(kPayload, absl::Cord(absl::string_view(type.data(), type.size())));
  }
  return failure;
}

std::string FailedTypeOf(const absl::Status& failure) {
  const auto type = failure.GetPayload(kPayload);
  return type.has_value() ? std::string(*type) : std::string(kNoneChosen);
}

}  // namespace porthole::rfb

#pragma once

#include "base/selector.h"
#include "porthole/control/v1/session.pb.h"

#include <absl/status/statusor.h>

namespace porthole::control {

// Reads the selector of a request. Errors: INVALID_ARGUMENT naming the field.
absl::StatusOr<Selector> ReadSelector(const v1::SessionSelector& selector);

v1::SessionSelector ToProto(const Selector& selector);

}  // namespace porthole::control

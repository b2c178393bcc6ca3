#pragma once

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

#include <string>
#include <string_view>

namespace porthole::client::internal {

// Debian builds abseil with a string_view of its own; here is where the worlds meet.
absl::Status Error(absl::StatusCode code, std::string_view message);
inline absl::Status InvalidArgument(std::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, message);
}

// The error of errno, as "action: strerror".
absl::Status FromErrno(int error, std::string_view action);

// An answer's status with "address: call: " before its message; the codes are the same numbers.
absl::Status FromGrpc(const grpc::Status& status, const std::string& context);

}  // namespace porthole::client::internal

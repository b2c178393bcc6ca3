#pragma once

#include "porthole/client/token_claims.h"

#include <absl/status/statusor.h>

#include <chrono>
#include <string>

namespace porthole::client::internal {

// The JSON of a token (docs: tokens). Holds the password: whoever takes it wipes it.
// Errors: INVALID_ARGUMENT, naming the claim; never with the password.
absl::StatusOr<std::string> TokenPayload(const TokenClaims& claims,
                                         std::chrono::system_clock::time_point now);

}  // namespace porthole::client::internal

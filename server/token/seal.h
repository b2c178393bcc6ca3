#pragma once

#include "token/token_key.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace porthole::token {

// A compact JWE of `payload` that `key`, of the profile kJwe, opens (design, section 4.1): for the
// node's own tokens, of which only its self-test has any. Errors: INTERNAL, and nothing of the key.
absl::StatusOr<std::string> SealJwe(std::string_view payload, const TokenKey& key);

}  // namespace porthole::token

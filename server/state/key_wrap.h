#pragma once

#include "base/secret.h"

#include <absl/status/statusor.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace porthole::state {

inline constexpr std::size_t kWrappingKeyBytes = 32;  // AES-256

// Seals `plain` by AES-256-GCM (NIST SP 800-38D) with `key` and a random nonce; `name` is the
// associated data, so that what was sealed under one name does not open under another. The result
// is nonce (12 bytes), ciphertext and tag (16 bytes).
std::string Wrap(const Secret& key, std::string_view name, std::string_view plain);

// Opens what Wrap() made. Errors: FAILED_PRECONDITION the key or the name is another, or the bytes
// were changed.
absl::StatusOr<Secret> Unwrap(const Secret& key, std::string_view name, std::string_view wrapped);

}  // namespace porthole::state

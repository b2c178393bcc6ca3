#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace porthole::client::internal {

// Seals `payload` as a compact JWE (RFC 7516, section 3.1) with `alg` dir, `enc` A256GCM and a
// random 96-bit IV. `key` has 32 bytes; `key_id` becomes `kid`. Errors: INTERNAL when OpenSSL
// fails.
absl::StatusOr<std::string> SealJwe(std::string_view key_id,
                                    std::span<const std::uint8_t> key,
                                    std::string_view payload);

}  // namespace porthole::client::internal

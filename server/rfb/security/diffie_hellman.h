#pragma once

#include "rfb/security/secret_bytes.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace porthole::rfb {

// What a host begins a Diffie-Hellman exchange with; numbers are big-endian.
struct DhOffer {
  std::span<const std::uint8_t> generator;
  std::span<const std::uint8_t> prime;
  std::span<const std::uint8_t> public_value;  // the host's
};

// What comes of it; both are as many bytes as the offer's prime.
struct DhAgreement {
  std::vector<std::uint8_t> public_value;  // ours
  SecretBytes shared;
};

// Agrees on a secret with the host; `exponent` is ours, random and big-endian. Takes no time worth
// naming as long as the exponent has at most 64 bytes and the prime at most 1,024.
// Errors: INVALID_ARGUMENT the offer makes every secret a known one: an even or tiny modulus,
// numbers outside of 2 to prime - 2. INTERNAL OpenSSL fails.
absl::StatusOr<DhAgreement> AgreeOnSecret(const DhOffer& offer,
                                          std::span<const std::uint8_t> exponent);

}  // namespace porthole::rfb

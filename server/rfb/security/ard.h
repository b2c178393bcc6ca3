#pragma once

#include "rfb/security/diffie_hellman.h"
#include "rfb/security/security_type.h"

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace porthole::rfb {

// Security type 30, Apple Remote Desktop's (rfbproto, "Diffie-Hellman Authentication"): user name
// and password, encrypted with AES-128 under the MD5 of a Diffie-Hellman secret. The host is not
// identified, and what follows is not encrypted.
// Errors, beside SecurityType's: UNAUTHENTICATED the credentials do not fit.
net::Awaitable<absl::Status> AuthenticateArd(SecurityExchange exchange);

// The dialogue alone. Both arguments outlive it.
net::Awaitable<absl::Status> SpeakArd(net::ByteStream& host, const HostCredentials& credentials);

// Our part of the randomness.
struct ArdRandom {
  static constexpr std::size_t kExponentBytes = 64;
  static constexpr std::size_t kPaddingBytes = 128;
  const SecretBytes& exponent;
  const SecretBytes& padding;  // fills what the texts leave free
};

// The answer to `offer`: the encrypted credentials and our public value. Errors: as above.
absl::StatusOr<std::vector<std::uint8_t>> AnswerArd(const DhOffer& offer,
                                                    const HostCredentials& credentials,
                                                    const ArdRandom& random);

}  // namespace porthole::rfb

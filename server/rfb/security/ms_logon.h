#pragma once

#include "rfb/security/diffie_hellman.h"
#include "rfb/security/security_type.h"

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace porthole::rfb {

// Security type 113, UltraVNC's MS-Logon II (rfbproto, "MSLogonII Authentication"): user name and
// password, encrypted with DES under a Diffie-Hellman secret of 64 bits, which keeps out the
// curious, not more. The host is not identified, and what follows is not encrypted.
// Errors, beside SecurityType's: UNAUTHENTICATED the credentials do not fit.
net::Awaitable<absl::Status> AuthenticateMsLogon(SecurityExchange exchange);

// The dialogue alone. Both arguments outlive it.
net::Awaitable<absl::Status> SpeakMsLogon(net::ByteStream& host,
                                          const HostCredentials& credentials);

// Our part of the randomness.
struct MsLogonRandom {
  static constexpr std::size_t kExponentBytes = 8;
  static constexpr std::size_t kPaddingBytes = 320;
  const SecretBytes& exponent;
  const SecretBytes& padding;  // fills what the texts leave free
};

// The answer to `offer`, whose numbers have 8 bytes each: our public value and the encrypted
// credentials. Errors: as above.
absl::StatusOr<std::vector<std::uint8_t>> AnswerMsLogon(const DhOffer& offer,
                                                        const HostCredentials& credentials,
                                                        const MsLogonRandom& random);

}  // namespace porthole::rfb

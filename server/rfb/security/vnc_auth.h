#pragma once

#include "base/secret.h"
#include "rfb/security/security_type.h"

#include <absl/status/statusor.h>

#include <array>
#include <cstdint>

namespace porthole::rfb {

using VncChallenge = std::array<std::uint8_t, 16>;

// Security type VncAuth (RFC 6143, section 7.2.2): answers the host's challenge.
net::Awaitable<absl::Status> AuthenticateVncAuth(SecurityExchange exchange);

// The challenge encrypted with DES, the first 8 bytes of the password being the key.
// Errors: INTERNAL when OpenSSL cannot.
absl::StatusOr<VncChallenge> AnswerVncChallenge(const VncChallenge& challenge,
                                                const Secret& password);

}  // namespace porthole::rfb

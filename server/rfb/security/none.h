#pragma once

#include "rfb/security/security_type.h"

namespace porthole::rfb {

// Security type None (RFC 6143, section 7.2.1): nothing is exchanged.
net::Awaitable<absl::Status> AuthenticateNone(SecurityExchange exchange);

}  // namespace porthole::rfb

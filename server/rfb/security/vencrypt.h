#pragma once

#include "rfb/security/choice.h"
#include "rfb/security/security_type.h"

#include <absl/status/statusor.h>

namespace porthole::rfb {

// Security type VeNCrypt 0.2 (19), from its choice on: agrees on a subtype and, where it is one
// with TLS, starts it. What the subtype authenticates by is left to the caller.
// Source: the VeNCrypt extension in the RFB protocol's community wiki, "VeNCrypt security type".
//
// Errors: as ChooseType() and SecurityType::authenticate; UNAUTHENTICATED the credentials lack what
// the subtype needs.
net::Awaitable<absl::StatusOr<const SecurityType*>> EnterVeNCrypt(SecurityExchange exchange,
                                                                  const Permitted& permitted);

}  // namespace porthole::rfb

#pragma once

#include "rfb/security/choice.h"
#include "rfb/security/security_type.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace porthole::rfb {

// Security type Tight (16), from its choice on: takes no tunnel and agrees on None or VncAuth,
// whose own dialogue is left to the caller. Errors: as EnterVeNCrypt().
// Source: the Tight extension in the RFB protocol's community wiki, "Tight Security Type".
net::Awaitable<absl::StatusOr<const SecurityType*>> EnterTight(SecurityExchange exchange,
                                                               const Permitted& permitted);

// What a host that was entered by Tight says after ServerInit of the messages and encodings that it
// knows. No viewer has asked for it.
net::Awaitable<absl::Status> SkipTightCapabilities(net::ByteStream& host);

}  // namespace porthole::rfb

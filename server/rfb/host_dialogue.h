#pragma once

#include "net/byte_stream.h"
#include "rfb/host_access.h"
#include "rfb/host_greeting.h"

#include <absl/status/statusor.h>

#include <memory>

namespace porthole::rfb {

// Speaks to `host` as a VNC client does, from ProtocolVersion to ServerInit, asking for a shared
// desktop (RFC 6143, sections 7.1 to 7.3). Never reads past ServerInit (and what belongs to it
// after the security type Tight): what follows belongs to the bridge. `host` may be another stream
// afterwards, one with TLS or with a security type's own encryption; never null, not even
// meanwhile. Both arguments must live until it returns. Keeps no time: the caller's deadline closes
// the stream.
//
// Errors: UNAUTHENTICATED the host said no to the credentials, PERMISSION_DENIED it said no before
// it asked for any; the message has the host's own reason as plain text. FAILED_PRECONDITION no
// security type that both know and that the rules enable; the message lists what the host offers.
// ABORTED TLS failed, or what the token requires cannot be had; no credential was sent.
// INVALID_ARGUMENT the host breaks the protocol. Others as ByteStream has them. FailedTypeOf() says
// at which security type it happened.
net::Awaitable<absl::StatusOr<HostGreeting>> GreetHost(std::unique_ptr<net::ByteStream>& host,
                                                       const HostAccess& access);

}  // namespace porthole::rfb

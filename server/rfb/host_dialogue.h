#pragma once

#include "net/byte_stream.h"
#include "rfb/host_credentials.h"
#include "rfb/host_greeting.h"

#include <absl/status/statusor.h>

namespace porthole::rfb {

// Speaks to `host` as a VNC client does, from ProtocolVersion to ServerInit, asking for a shared
// desktop (RFC 6143, sections 7.1 to 7.3). Never reads past ServerInit: what follows belongs to the
// bridge. Both arguments must live until it returns. Keeps no time: the caller's deadline closes
// the stream.
//
// Errors: UNAUTHENTICATED the host said no to the credentials, PERMISSION_DENIED it said no before
// it asked for any; the message has the host's own reason as plain text. FAILED_PRECONDITION no
// security type that both know; the message lists what the host offers. INVALID_ARGUMENT the host
// breaks the protocol. Others as ByteStream has them.
net::Awaitable<absl::StatusOr<HostGreeting>> GreetHost(net::ByteStream& host,
                                                       const HostCredentials& credentials);

}  // namespace porthole::rfb

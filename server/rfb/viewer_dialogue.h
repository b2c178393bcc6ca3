#pragma once

#include "net/byte_stream.h"
#include "rfb/host_greeting.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace porthole::rfb {

// Speaks to `viewer` as a VNC server that wants no credentials, from ProtocolVersion to ClientInit
// (RFC 6143, sections 7.1 to 7.3.1); versions 3.3, 3.7 and 3.8. Gives ClientInit's shared flag.
// Needs nothing of the host, so that it may run while the host is dialled. Never reads past
// ClientInit. Keeps no time: the caller's deadline closes the stream.
// Errors: INVALID_ARGUMENT the viewer breaks the protocol; others as ByteStream has them.
net::Awaitable<absl::StatusOr<bool>> GreetViewer(net::ByteStream& viewer);

// Ends the viewer's handshake: the host's framebuffer and name as ServerInit (section 7.3.2).
// Errors: as ByteStream has them.
net::Awaitable<absl::Status> SendServerInit(net::ByteStream& viewer, const HostGreeting& host);

}  // namespace porthole::rfb

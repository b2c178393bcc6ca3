#pragma once

#include "net/byte_stream.h"
#include "net/proxy_header.h"
#include "net/transport.h"

#include <absl/status/statusor.h>

namespace porthole::net {

// Reads a PROXY header of either version off the socket, and not a byte more. Internal to net/.
// Errors: INVALID_ARGUMENT there is none, or it is malformed; UNAVAILABLE or OUT_OF_RANGE the proxy
// is gone; CANCELLED the socket was closed here.
Awaitable<absl::StatusOr<ProxiedClient>> ReadProxyHeader(Socket& socket);

}  // namespace porthole::net

#pragma once

#include "base/tunnel.h"
#include "net/byte_stream.h"

#include <absl/status/status.h>

#include <string>

namespace porthole::net {

// Asks the HTTP server at the other end of `stream` to pass bytes on from now (CONNECT: RFC 9110,
// section 9.3.6): for tunnel.path with tunnel.cookie over HTTP/1.0, as XenServer wants it, or else
// for `authority`, "203.0.113.7:5900", over HTTP/1.1, as of a web proxy. What the server sends
// after its answer stays in the stream. Errors: UNAVAILABLE an answer other than 2xx, with its
// status; INVALID_ARGUMENT no HTTP; else as the stream's. None has a word of the path or the cookie
// in it.
Awaitable<absl::Status> AskTunnel(ByteStream& stream, const Tunnel& tunnel, std::string authority);

}  // namespace porthole::net

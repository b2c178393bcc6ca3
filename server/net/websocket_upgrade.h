#pragma once

#include "net/byte_stream.h"

#include <absl/status/status.h>

#include <string>

namespace porthole::net {

// Asks the server at the other end of `stream` for a WebSocket at `path` (RFC 6455, section 4.1),
// `host` being the header's value; offers the subprotocol "binary" and takes it or none. What the
// server sends after its answer stays in the stream.
// Errors: UNAVAILABLE an answer other than 101, with its status; INVALID_ARGUMENT no HTTP, or an
// upgrade to something else; else as the stream's. None has a word of the path in it.
Awaitable<absl::Status> AskUpgrade(ByteStream& stream, std::string host, std::string path);

}  // namespace porthole::net

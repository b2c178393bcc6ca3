#pragma once

#include <string>
#include <string_view>

namespace porthole::net {

// A new Sec-WebSocket-Key (RFC 6455, section 4.1): base64 of 16 random bytes.
std::string NewWebSocketKey();

// The Sec-WebSocket-Accept that answers `key` (RFC 6455, section 4.2.2).
std::string AcceptOf(std::string_view key);

}  // namespace porthole::net

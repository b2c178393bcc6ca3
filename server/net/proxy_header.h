#pragma once

#include "base/ip_address.h"

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace porthole::net {

// The PROXY protocol, versions 1 and 2 (HAProxy's doc/proxy-protocol.txt): what a proxy says of its
// client before the client's first byte. Internal to net/.

// Whom a header speaks of; nothing where the proxy speaks for itself (LOCAL), does not know
// (UNKNOWN), or has a client without an IP address.
using ProxiedClient = std::optional<IpAddress>;

// The first bytes that tell the versions apart: both have more.
constexpr std::size_t kProxyMarkBytes = 12;
// A header of version 2 up to its length; so many bytes follow as ProxyRest() says.
constexpr std::size_t kProxyHeadBytes = 16;
// What is taken of a version 2 header's addresses and TLVs; a proxy that adds a certificate may
// need some of it.
constexpr std::size_t kMaxProxyRestBytes = 4096;
// A line of version 1, CR LF included (section 2.1).
constexpr std::size_t kMaxProxyLineBytes = 107;

// Whether the first kProxyMarkBytes are version 2's signature, or the beginning of version 1's
// line.
bool IsProxyVersion2(std::span<const std::uint8_t> mark);
bool IsProxyVersion1(std::span<const std::uint8_t> mark);

// How many bytes follow kProxyHeadBytes. Errors: INVALID_ARGUMENT more than kMaxProxyRestBytes.
absl::StatusOr<std::size_t> ProxyRest(std::span<const std::uint8_t, kProxyHeadBytes> head);

// A whole header of version 2. Errors: INVALID_ARGUMENT another version or command, too short.
absl::StatusOr<ProxiedClient> ParseProxyHeader(std::span<const std::uint8_t> header);

// A whole line of version 1, with its CR LF. Errors: INVALID_ARGUMENT malformed.
absl::StatusOr<ProxiedClient> ParseProxyLine(std::string_view line);

}  // namespace porthole::net

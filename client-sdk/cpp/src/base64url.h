#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::client::internal {

// base64url without padding (RFC 4648, section 5).
std::string EncodeBase64Url(std::span<const std::uint8_t> bytes);

// Nothing unless `text` is the canonical encoding of some bytes.
std::optional<std::vector<std::uint8_t>> DecodeBase64Url(std::string_view text);

}  // namespace porthole::client::internal

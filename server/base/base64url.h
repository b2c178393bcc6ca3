#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace porthole {

// base64url without padding (RFC 4648, section 5; RFC 7515, section 2).
std::string EncodeBase64Url(std::span<const std::uint8_t> bytes);

// The bytes of `text`, or nothing unless it is the one canonical encoding of them: no padding, no
// white space, no character of another alphabet, unused bits zero.
std::optional<std::vector<std::uint8_t>> DecodeBase64Url(std::string_view text);

}  // namespace porthole

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace porthole::token {

// The bytes of `text` as CloudStack reads base64 (commons-codec): the standard or the URL-safe
// alphabet, with or without padding. Nothing where it is neither, or not the canonical encoding.
std::optional<std::vector<std::uint8_t>> DecodeCloudStackBase64(std::string_view text);

}  // namespace porthole::token

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace porthole::rfb {

// Puts `text` and the NUL that ends it at the beginning of `field`; the rest stays as it is. False
// when it does not fit, or ends before its end where a NUL counts.
bool PutText(std::string_view text, std::span<std::uint8_t> field);

}  // namespace porthole::rfb

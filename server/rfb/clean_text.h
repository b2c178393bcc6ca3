#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace porthole::rfb {

// Bytes of the other side as text that is safe to log and to show: valid UTF-8 with '?' for each
// byte that is none, without C0 and C1 control characters (white space among them becomes a space)
// and without spaces at either end. Never longer than `bytes`.
std::string CleanText(std::span<const std::uint8_t> bytes);

}  // namespace porthole::rfb

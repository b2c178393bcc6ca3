#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace porthole::config {

// A whole number in decimal digits, without a sign and without a leading zero; more than 32 bits
// hold is the largest that they hold, so that whoever compares with a limit refuses it as too
// large.
std::optional<std::uint32_t> ParseCount(std::string_view text);

// A whole number of at most nine digits and a unit, "ms", "s", "m" or "h", without a space.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);

}  // namespace porthole::config

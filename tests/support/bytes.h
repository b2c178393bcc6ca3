#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace porthole::testing {

// Wire bytes of RFB as strings, which are easy to join and to compare.
inline std::string U8(unsigned value) {
  return std::string(1, static_cast<char>(value & 0xFFU));
}
inline std::string U16(unsigned value) {
  return U8(value >> 8U) + U8(value);
}
inline std::string U32(std::uint32_t value) {
  return U16(value >> 16U) + U16(value & 0xFFFFU);
}
// A text as RFB sends it: its length first.
inline std::string Text(std::string_view text) {
  return U32(static_cast<std::uint32_t>(text.size())) + std::string(text);
}

inline std::span<const std::uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string AsString(std::span<const std::uint8_t> bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace porthole::testing

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace porthole {

// Network byte order, as RFB uses it throughout (RFC 6143, section 7). The spans must be as long
// as the value.
inline std::uint16_t LoadU16(std::span<const std::uint8_t> from) {
  return static_cast<std::uint16_t>((from[0] << 8U) | from[1]);
}
inline std::uint32_t LoadU32(std::span<const std::uint8_t> from) {
  return (std::uint32_t{from[0]} << 24U) | (std::uint32_t{from[1]} << 16U) |
         (std::uint32_t{from[2]} << 8U) | std::uint32_t{from[3]};
}
inline void StoreU16(std::uint16_t value, std::span<std::uint8_t> to) {
  to[0] = static_cast<std::uint8_t>(value >> 8U);
  to[1] = static_cast<std::uint8_t>(value & 0xFFU);
}
inline void StoreU32(std::uint32_t value, std::span<std::uint8_t> to) {
  for (std::size_t i = 0; i < 4; ++i) {
    to[i] = static_cast<std::uint8_t>((value >> (24U - (8U * i))) & 0xFFU);
  }
}

}  // namespace porthole

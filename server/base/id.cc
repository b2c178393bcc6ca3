#include "base/id.h"

#include "base/random.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace porthole {

std::string NewUuid() {
  std::array<std::uint8_t, 16> bytes{};
  FillRandom(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);  // version 4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);  // RFC 4122 variant
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      text.push_back('-');
    }
    text.push_back(kHex[bytes.at(i) >> 4U]);
    text.push_back(kHex[bytes.at(i) & 0x0FU]);
  }
  return text;
}

}  // namespace porthole

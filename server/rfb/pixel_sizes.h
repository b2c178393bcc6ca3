#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace porthole::rfb {

// How many bytes a pixel takes in an update.
struct PixelSizes {
  std::uint8_t pixel = 4;  // PIXEL (RFC 6143, section 7.4)
  // Tight's TPIXEL; 0 where implementations disagree about it: 8 bits a colour in 32 bits, but
  // another depth than 24 (QEMU does not look at the depth, others do).
  std::uint8_t tight = 3;

  friend bool operator==(const PixelSizes&, const PixelSizes&) = default;
};

// What a PIXEL_FORMAT of 16 bytes comes to; nothing unless a pixel has 8, 16 or 32 bits.
std::optional<PixelSizes> SizesOf(std::span<const std::uint8_t> pixel_format);

}  // namespace porthole::rfb

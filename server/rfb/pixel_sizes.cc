#include "rfb/pixel_sizes.h"

#include "base/byte_order.h"

namespace porthole::rfb {

std::optional<PixelSizes> SizesOf(std::span<const std::uint8_t> pixel_format) {
  const std::uint8_t bits = pixel_format[0];
  if (bits != 8 && bits != 16 && bits != 32) {
    return std::nullopt;
  }
  PixelSizes sizes;
  sizes.pixel = bits / 8;
  sizes.tight = sizes.pixel;
  const auto full = [&](std::size_t at) { return LoadU16(pixel_format.subspan(at)) == 0xFF; };
  if (bits == 32 && full(4) && full(6) && full(8)) {
    const bool plain = pixel_format[1] == 24 && pixel_format[3] != 0;
    sizes.tight = plain ? 3 : 0;
  }
  return sizes;
}

}  // namespace porthole::rfb

#include "rfb/rectangle_body.h"

#include <algorithm>

// Hextile (RFC 6143, section 7.7.4): tiles of 16 by 16 pixels, each with a byte that says what
// follows.

namespace porthole::rfb {
namespace {

constexpr std::uint16_t kTileSide = 16;

enum TileBit : std::uint8_t {
  kTileRaw = 1,
  kTileBackground = 2,
  kTileForeground = 4,
  kTileSubrectangles = 8,
  kTileColoured = 16,
  kTileUnknown = 0xE0,
};

}  // namespace

// The next tile, behind `skip` bytes of the one before.
RectangleBody::Step RectangleBody::BeginTile(std::uint64_t skip) {
  if (rectangle_.width == 0 || tile_y_ >= rectangle_.height) {
    return Ends(skip);
  }
  return Ask(Wants::kTile, 1, skip);
}

RectangleBody::Step RectangleBody::NextTile(std::uint8_t encoding) {
  const auto side = [](std::uint16_t whole, std::uint16_t at) {
    return static_cast<std::uint64_t>(std::min<int>(kTileSide, whole - at));
  };
  const std::uint64_t pixels = side(rectangle_.width, tile_x_) * side(rectangle_.height, tile_y_);
  // In 32 bits: a width near 65535 must not wrap.
  const std::uint32_t next_x = std::uint32_t{tile_x_} + kTileSide;
  const bool line_ends = next_x >= rectangle_.width;
  tile_x_ = line_ends ? 0 : static_cast<std::uint16_t>(next_x);
  if (line_ends) {
    tile_y_ = static_cast<std::uint16_t>(
        std::min<std::uint32_t>(std::uint32_t{tile_y_} + kTileSide, rectangle_.height));
  }
  if ((encoding & kTileUnknown) != 0) {
    return Broken();
  }
  if ((encoding & kTileRaw) != 0) {
    return BeginTile(pixels * sizes_.pixel);
  }
  std::uint64_t colours = 0;
  colours += (encoding & kTileBackground) != 0 ? sizes_.pixel : 0U;
  colours += (encoding & kTileForeground) != 0 ? sizes_.pixel : 0U;
  if ((encoding & kTileSubrectangles) == 0) {
    return BeginTile(colours);
  }
  const bool coloured = (encoding & kTileColoured) != 0;
  subrectangle_bytes_ = static_cast<std::uint8_t>(2 + (coloured ? sizes_.pixel : 0));
  return Ask(Wants::kSubrectangles, 1, colours);
}

}  // namespace porthole::rfb

#include "rfb/rectangle_body.h"

#include "base/byte_order.h"
#include "rfb/encodings.h"

namespace porthole::rfb {

RectangleBody::Step RectangleBody::Begin(const Rectangle& rectangle, PixelSizes sizes) {
  rectangle_ = rectangle;
  sizes_ = sizes;
  switch (rectangle.encoding) {
    case kRaw:
      return Ends(Pixels(sizes.pixel));
    case kCopyRect:
      return Ends(4);
    case kRre:
      return Ask(Wants::kRreCount, 4);
    case kHextile:
      tile_x_ = 0;
      tile_y_ = 0;
      return BeginTile(0);
    case kZlib:
    case kZrle:
    case kDesktopName:
      return Ask(Wants::kLength, 4);
    case kOpenH264:
      return Ask(Wants::kH264Head, 8);
    case kExtendedDesktopSize:
      return Ask(Wants::kScreens, 4);
    case kTight:
    case kTightPng:
      return Ask(Wants::kTightControl, 1);
    default:
      return BeginPseudo();
  }
}

// Those whose length stands in the rectangle's head.
RectangleBody::Step RectangleBody::BeginPseudo() const {
  switch (rectangle_.encoding) {
    case kCursor:
      return Ends(Pixels(sizes_.pixel) + MaskBytes());
    case kXCursor:
      return Ends(Pixels(1) == 0 ? 0 : 6 + (2 * MaskBytes()));
    case kQemuLedState:
      return Ends(1);
    case kDesktopSize:
    case kPointerPosition:
    case kQemuPointerMotion:
    case kQemuExtendedKey:
      return Ends();
    default:
      return Broken();
  }
}

RectangleBody::Step RectangleBody::Next(std::span<const std::uint8_t> field) {
  switch (wants_) {
    case Wants::kRreCount:
      return Ends(sizes_.pixel + (std::uint64_t{LoadU32(field)} * (sizes_.pixel + 8U)));
    case Wants::kLength:
    case Wants::kH264Head:
      return Ends(LoadU32(field));
    case Wants::kScreens:
      return Ends(std::uint64_t{16} * field[0]);
    case Wants::kTile:
      return NextTile(field[0]);
    case Wants::kSubrectangles:
      return BeginTile(std::uint64_t{field[0]} * subrectangle_bytes_);
    case Wants::kTightControl:
      return NextTightControl(field[0]);
    case Wants::kTightFilter:
      return NextTightBasic(field[0]);
    case Wants::kTightColours: {
      const std::uint64_t colours = field[0] + 1U;
      return TightPixels(colours * sizes_.tight, colours <= 2 ? MaskBytes() : Pixels(1));
    }
    case Wants::kTightLength:
      return NextTightLength(field[0]);
    case Wants::kNothing:
      break;
  }
  return Broken();
}

RectangleBody::Step RectangleBody::Ask(Wants wants, std::uint8_t collect, std::uint64_t skip) {
  wants_ = wants;
  return {.skip = skip, .collect = collect};
}

std::uint64_t RectangleBody::Pixels(std::uint64_t each) const {
  return each * rectangle_.width * rectangle_.height;
}

// One bit a pixel, each line in whole bytes.
std::uint64_t RectangleBody::MaskBytes() const {
  return ((rectangle_.width + 7ULL) / 8) * rectangle_.height;
}

}  // namespace porthole::rfb

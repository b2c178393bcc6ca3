#include "rfb/encodings.h"
#include "rfb/rectangle_body.h"

// Tight, and TightPNG with its one more kind of compression (the RFB protocol as the community
// keeps it): a control byte, for some kinds a filter, and a compact length.

namespace porthole::rfb {
namespace {

// The control byte's upper half; below kFill it is a basic compression.
enum TightKind : std::uint8_t { kFill = 8, kJpeg = 9, kPng = 10 };
constexpr std::uint8_t kReadsFilter = 4;

enum TightFilter : std::uint8_t { kCopy = 0, kPalette = 1, kGradient = 2 };

// Fewer bytes than this are not compressed and have no length.
constexpr std::uint64_t kLeastCompressed = 12;

}  // namespace

RectangleBody::Step RectangleBody::NextTightControl(std::uint8_t control) {
  const std::uint8_t kind = control >> 4U;
  const bool png = rectangle_.encoding == kTightPng;
  length_ = 0;
  length_bytes_ = 0;
  if (kind == kJpeg || (kind == kPng && png)) {
    return Ask(Wants::kTightLength, 1);
  }
  if (sizes_.tight == 0 || kind > kFill || (kind != kFill && png)) {
    return Broken();
  }
  if (kind == kFill) {
    return Ends(sizes_.tight);
  }
  return (kind & kReadsFilter) != 0 ? Ask(Wants::kTightFilter, 1) : NextTightBasic(kCopy);
}

RectangleBody::Step RectangleBody::NextTightBasic(std::uint8_t filter) {
  switch (filter) {
    case kCopy:
    case kGradient:
      return TightPixels(0, Pixels(sizes_.tight));
    case kPalette:
      return Ask(Wants::kTightColours, 1);
    default:
      return Broken();
  }
}

// `size` bytes of pixels before compression, behind `skip` bytes of a palette.
RectangleBody::Step RectangleBody::TightPixels(std::uint64_t skip, std::uint64_t size) {
  return size < kLeastCompressed ? Ends(skip + size) : Ask(Wants::kTightLength, 1, skip);
}

// Seven bits a byte, the lowest first; the third has eight.
RectangleBody::Step RectangleBody::NextTightLength(std::uint8_t byte) {
  const bool last = length_bytes_ == 2;
  length_ |= static_cast<std::uint32_t>(last ? byte : byte & 0x7FU) << (7U * length_bytes_);
  ++length_bytes_;
  return last || (byte & 0x80U) == 0 ? Ends(length_) : Ask(Wants::kTightLength, 1);
}

}  // namespace porthole::rfb

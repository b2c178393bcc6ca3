#include "rfb/message_length.h"

#include "base/byte_order.h"

namespace porthole::rfb {
namespace {

using Kind = MessageLength::Kind;

constexpr std::uint8_t kQemuExtendedKey = 0;
constexpr std::uint32_t kCutTextHead = 8;
constexpr std::uint32_t kFenceHead = 9;

constexpr MessageLength Known(std::uint32_t bytes) {
  return {.kind = Kind::kKnown, .bytes = bytes};
}
constexpr MessageLength Fails(Kind kind) {
  return {.kind = kind, .bytes = 0};
}

// A negative length announces an extended clipboard message of that size without its sign
// (the Extended Clipboard pseudo-encoding).
MessageLength MeasureCutText(std::uint32_t length) {
  const bool negative = (length & 0x80000000U) != 0;
  const std::uint32_t size = negative ? 0U - length : length;
  return size > kMaxCutText ? Fails(Kind::kCutTextTooLong) : Known(kCutTextHead + size);
}

MessageLength MeasureFence(std::uint8_t payload) {
  return payload > kMaxFencePayload ? Fails(Kind::kFenceTooLong) : Known(kFenceHead + payload);
}

MessageLength MeasurePointerEvent(std::uint8_t mask, bool extended_mouse) {
  return Known(extended_mouse && (mask & kExtendedMouseMarker) != 0 ? 7 : 6);
}

MessageLength MeasureQemu(std::uint8_t submessage) {
  return submessage == kQemuExtendedKey ? Known(12) : Fails(Kind::kUnknownType);
}

// Messages whose length stands in a field of theirs.
MessageLength MeasureByField(std::span<const std::uint8_t> start, bool extended_mouse) {
  const auto has = [start](std::size_t bytes) { return start.size() >= bytes; };
  constexpr MessageLength kMore = Fails(Kind::kNeedsMore);
  switch (start[0]) {
    case kSetEncodings:
      return has(4) ? Known(4U + (4U * LoadU16(start.subspan(2)))) : kMore;
    case kPointerEvent:
      return has(2) ? MeasurePointerEvent(start[1], extended_mouse) : kMore;
    case kClientCutText:
      return has(kCutTextHead) ? MeasureCutText(LoadU32(start.subspan(4))) : kMore;
    case kClientFence:
      return has(kFenceHead) ? MeasureFence(start[8]) : kMore;
    case kSetDesktopSize:
      return has(7) ? Known(8U + (16U * start[6])) : kMore;
    case kQemu:
      return has(2) ? MeasureQemu(start[1]) : kMore;
    default:
      return Fails(Kind::kUnknownType);
  }
}

}  // namespace

MessageLength MeasureMessage(std::span<const std::uint8_t> start, bool extended_mouse) {
  if (start.empty()) {
    return Fails(Kind::kNeedsMore);
  }
  switch (start[0]) {
    case kSetPixelFormat:
      return Known(20);
    case kFramebufferUpdateRequest:
    case kEnableContinuousUpdates:
      return Known(10);
    case kKeyEvent:
      return Known(8);
    case kXvp:
      return Known(4);
    default:
      return MeasureByField(start, extended_mouse);
  }
}

}  // namespace porthole::rfb

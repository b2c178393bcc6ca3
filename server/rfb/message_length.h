#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace porthole::rfb {

// Client message types (RFC 6143, section 7.5, and IANA's registry).
enum ClientMessageType : std::uint8_t {
  kSetPixelFormat = 0,
  kSetEncodings = 2,
  kFramebufferUpdateRequest = 3,
  kKeyEvent = 4,
  kPointerEvent = 5,
  kClientCutText = 6,
  kEnableContinuousUpdates = 150,
  kClientFence = 248,
  kXvp = 250,
  kSetDesktopSize = 251,
  kQemu = 255,
};

// In a PointerEvent's mask: one byte more follows, where the viewer listed ExtendedMouseButtons.
inline constexpr std::uint8_t kExtendedMouseMarker = 0x80;
// As many bytes always tell a message's length.
inline constexpr std::size_t kLongestHead = 9;
// The longest ClientCutText taken, in bytes of text or of an extended clipboard message. Hosts take
// 1 MiB at most (QEMU, LibVNCServer) or 256 KiB (TigerVNC).
inline constexpr std::uint32_t kMaxCutText = 16U * 1024U * 1024U;
// The longest payload of a ClientFence (the extension's own limit).
inline constexpr std::uint8_t kMaxFencePayload = 64;

// What the beginning of a client message tells of its length.
struct MessageLength {
  enum class Kind : std::uint8_t {
    kKnown,
    kNeedsMore,  // more of the beginning; at most kLongestHead bytes in all
    kUnknownType,
    kCutTextTooLong,
    kFenceTooLong,
  };
  Kind kind = Kind::kNeedsMore;
  std::uint32_t bytes = 0;  // of the whole message, type included; only when kKnown
};

// Reads `start`, the first bytes of a client message and whatever follows; of a PointerEvent it
// needs the mask in any case. `extended_mouse`: the viewer listed ExtendedMouseButtons.
MessageLength MeasureMessage(std::span<const std::uint8_t> start, bool extended_mouse);

}  // namespace porthole::rfb

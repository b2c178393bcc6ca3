#pragma once

#include "rfb/restrictions.h"

#include <cstdint>

namespace porthole::rfb {

// Encodings and pseudo-encodings (RFC 6143, sections 7.7 and 7.8, and IANA's registry) that are
// named here.
enum Encoding : std::int32_t {
  kRaw = 0,
  kCopyRect = 1,
  kRre = 2,
  kHextile = 5,
  kZlib = 6,
  kTight = 7,
  kZrle = 16,
  kOpenH264 = 50,
  kDesktopSize = -223,
  kLastRect = -224,
  kPointerPosition = -232,
  kCursor = -239,
  kXCursor = -240,
  kQemuPointerMotion = -257,
  kQemuExtendedKey = -258,
  kTightPng = -260,
  kQemuLedState = -261,
  kDesktopName = -307,
  kExtendedDesktopSize = -308,
  kXvpEncoding = -309,
  kFence = -312,
  kContinuousUpdates = -313,
  kExtendedMouseButtons = -316,
  kExtendedClipboard = static_cast<std::int32_t>(0xC0A1E5CE),
};

// Whether HostMessages can follow a host that was offered `encoding`: its rectangles have a length
// that it understands, or it has none and brings no message that it does not know.
bool CanFollow(std::int32_t encoding);

// Whether a SetEncodings may offer `encoding` to the host under `restrictions`. `followed`: the
// host's messages are followed.
bool MayOffer(std::int32_t encoding, const Restrictions& restrictions, bool followed);

}  // namespace porthole::rfb

#include "rfb/encodings.h"

namespace porthole::rfb {
namespace {

// Settings, not encodings: JPEG quality, compression, and TurboVNC's finer ones.
bool IsLevel(std::int32_t encoding) {
  return (encoding >= -32 && encoding <= -23) || (encoding >= -256 && encoding <= -247) ||
         (encoding >= -512 && encoding <= -412) || (encoding >= -768 && encoding <= -763);
}

}  // namespace

bool CanFollow(std::int32_t encoding) {
  switch (encoding) {
    case kRaw:
    case kCopyRect:
    case kRre:
    case kHextile:
    case kZlib:
    case kTight:
    case kZrle:
    case kOpenH264:
    case kDesktopSize:
    case kLastRect:
    case kPointerPosition:
    case kCursor:
    case kXCursor:
    case kQemuPointerMotion:
    case kQemuExtendedKey:
    case kTightPng:
    case kQemuLedState:
    case kDesktopName:
    case kExtendedDesktopSize:
    case kXvpEncoding:
    case kFence:
    case kContinuousUpdates:
    case kExtendedClipboard:
      return true;
    default:
      return IsLevel(encoding);
  }
}

bool MayOffer(std::int32_t encoding, const Restrictions& restrictions, bool followed) {
  if (followed && !CanFollow(encoding)) {
    return false;
  }
  if (encoding == kExtendedMouseButtons) {
    return !restrictions.Any();
  }
  const bool no_clipboard =
      !restrictions.clipboard_to_console && !restrictions.clipboard_from_console;
  return encoding != kExtendedClipboard || !no_clipboard;
}

}  // namespace porthole::rfb

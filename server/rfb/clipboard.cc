#include "rfb/clipboard.h"

#include "base/byte_order.h"

namespace porthole::rfb {
namespace {

constexpr std::uint32_t kFlagsSize = 4;
constexpr std::uint32_t kCaps = 1U << 24U;
constexpr std::uint32_t kRequest = 1U << 25U;
constexpr std::uint32_t kPeek = 1U << 26U;
constexpr std::uint32_t kNotify = 1U << 27U;
constexpr std::uint32_t kProvide = 1U << 28U;
constexpr std::uint32_t kActions = 0xFF000000U;
// The flags, and a size for each of 16 formats; a longer one could carry text.
constexpr std::uint32_t kLongestCaps = kFlagsSize + (16 * 4);

bool MayPassExtended(std::uint32_t flags, std::uint32_t size, bool along, bool against) {
  const std::uint32_t actions = flags & kActions;
  if ((actions & kCaps) != 0) {
    return (along || against) && size <= kLongestCaps;
  }
  std::uint32_t open = 0;
  if (along) {
    open |= kNotify | kProvide;
  }
  if (against) {
    open |= kRequest | kPeek;
  }
  return actions != 0 && (actions & ~open) == 0;
}

}  // namespace

bool IsExtendedCutText(std::span<const std::uint8_t> head) {
  return (head[4] & 0x80U) != 0;
}

std::uint32_t CutTextSize(std::span<const std::uint8_t> head) {
  const std::uint32_t length = LoadU32(head.subspan(4));
  return IsExtendedCutText(head) ? 0U - length : length;
}

std::size_t CutTextHeadNeeded(std::span<const std::uint8_t> head) {
  return IsExtendedCutText(head) && CutTextSize(head) >= kFlagsSize ? kExtendedCutTextHead
                                                                    : kCutTextHead;
}

bool MayPass(CutTextFrom from,
             std::span<const std::uint8_t> head,
             const Restrictions& restrictions) {
  const bool from_viewer = from == CutTextFrom::kViewer;
  const bool along =
      from_viewer ? restrictions.clipboard_to_console : restrictions.clipboard_from_console;
  const bool against =
      from_viewer ? restrictions.clipboard_from_console : restrictions.clipboard_to_console;
  if (!IsExtendedCutText(head)) {
    return along;
  }
  if (along && against) {
    return true;  // nothing is closed, and so nothing is judged
  }
  return CutTextHeadNeeded(head) == kExtendedCutTextHead &&
         MayPassExtended(LoadU32(head.subspan(kCutTextHead)), CutTextSize(head), along, against);
}

}  // namespace porthole::rfb

#pragma once

#include "rfb/restrictions.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace porthole::rfb {

// ClientCutText and ServerCutText have the same form (RFC 6143, sections 7.5.6 and 7.6.4, and the
// Extended Clipboard pseudo-encoding): type, padding, a length, text. A negative length announces
// an extended message of that size without its sign, which begins with flags.
inline constexpr std::size_t kCutTextHead = 8;
inline constexpr std::size_t kExtendedCutTextHead = 12;

// Whether the message is extended. `head`: its first kCutTextHead bytes.
bool IsExtendedCutText(std::span<const std::uint8_t> head);

// How many bytes follow kCutTextHead.
std::uint32_t CutTextSize(std::span<const std::uint8_t> head);

enum class CutTextFrom : std::uint8_t { kViewer, kHost };

// How many of the message's first bytes MayPass() needs.
std::size_t CutTextHeadNeeded(std::span<const std::uint8_t> head);

// Whether a message may pass. `head`: its first CutTextHeadNeeded() bytes. Of the extended ones
// those pass that serve an open direction: text itself ("provide") and its announcement ("notify")
// travel with the text, questions for it ("request", "peek") against it; what both sides can do
// ("caps") serves either.
bool MayPass(CutTextFrom from,
             std::span<const std::uint8_t> head,
             const Restrictions& restrictions);

}  // namespace porthole::rfb

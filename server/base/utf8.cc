#include "base/utf8.h"

#include <cstdint>

namespace porthole {
namespace {

bool IsContinuation(char byte) {
  return (static_cast<std::uint8_t>(byte) & 0xC0U) == 0x80U;
}

// How long a sequence that begins with `lead` is; 0 for a byte that begins none.
std::size_t SequenceLength(std::uint8_t lead) {
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    return 2;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    return 3;
  }
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

// Whether the second byte rules out overlong forms, surrogates and what lies above U+10FFFF
// (RFC 3629, section 4).
bool FitsLead(std::uint8_t lead, std::uint8_t second) {
  switch (lead) {
    case 0xE0:
      return second >= 0xA0;
    case 0xED:
      return second <= 0x9F;
    case 0xF0:
      return second >= 0x90;
    case 0xF4:
      return second <= 0x8F;
    default:
      return true;
  }
}

}  // namespace

std::size_t Utf8CharacterLength(std::string_view text) {
  if (text.empty()) {
    return 0;
  }
  const auto lead = static_cast<std::uint8_t>(text.front());
  const std::size_t length = SequenceLength(lead);
  if (length == 0 || length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) {
      return 0;
    }
  }
  const bool fits = length == 1 || FitsLead(lead, static_cast<std::uint8_t>(text[1]));
  return fits ? length : 0;
}

}  // namespace porthole

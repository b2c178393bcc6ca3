#include "telemetry/json_text.h"

#include <cstdint>

namespace porthole::telemetry {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";     // U+2026

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

// The length of the well-formed character that `text` begins with; 0 when there is none.
std::size_t CharacterLength(std::string_view text) {
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

void AppendEscaped(std::string& out, char character) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto code = static_cast<std::uint8_t>(character);
  switch (character) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (code >= 0x20 && code != 0x7F) {
    out += character;
    return;
  }
  out += "\\u00";
  out += kHex[code >> 4U];
  out += kHex[code & 0x0FU];
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text, std::size_t max_bytes) {
  out += '"';
  std::size_t used = 0;
  while (used < text.size()) {
    const std::size_t length = CharacterLength(text.substr(used));
    const std::size_t step = length == 0 ? 1 : length;
    if (used + step > max_bytes) {
      out += kEllipsis;
      break;
    }
    if (length == 0) {
      out += kReplacement;
    } else if (length == 1) {
      AppendEscaped(out, text[used]);
    } else {
      out += text.substr(used, length);
    }
    used += step;
  }
  out += '"';
}

}  // namespace porthole::telemetry

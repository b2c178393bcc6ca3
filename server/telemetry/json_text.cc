#include "telemetry/json_text.h"

#include "base/utf8.h"

#include <algorithm>
#include <cstdint>

namespace porthole::telemetry {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";     // U+2026

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

// How many bytes `text` begins with that stand for themselves.
std::size_t PlainBytes(std::string_view text) {
  const auto special = [](char character) {
    return character < ' ' || character > '~' || character == '"' || character == '\\';
  };
  return static_cast<std::size_t>(std::ranges::find_if(text, special) - text.begin());
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text, std::size_t max_bytes) {
  out += '"';
  std::size_t used = PlainBytes(text.substr(0, max_bytes));
  out += text.substr(0, used);
  while (used < text.size()) {
    const std::size_t length = Utf8CharacterLength(text.substr(used));
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

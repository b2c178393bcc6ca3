#include "rfb/clean_text.h"

#include <algorithm>
#include <cstddef>

namespace porthole::rfb {
namespace {

struct Character {
  std::size_t bytes = 1;
  std::uint32_t code = 0;
  bool valid = false;
};

// How many bytes the character that begins with `lead` has; 0 where none begins so.
std::size_t LengthOf(std::uint8_t lead) {
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

// The first character of `bytes` by RFC 3629: neither overlong, nor a surrogate, nor past U+10FFFF.
Character FirstOf(std::span<const std::uint8_t> bytes) {
  const std::size_t length = LengthOf(bytes[0]);
  if (length == 0 || length > bytes.size()) {
    return {};
  }
  if (length == 1) {
    return {.bytes = 1, .code = bytes[0], .valid = true};
  }
  std::uint32_t code = bytes[0] & (0xFFU >> (length + 1));
  for (const std::uint8_t next : bytes.subspan(1, length - 1)) {
    if ((next & 0xC0U) != 0x80U) {
      return {};
    }
    code = (code << 6U) | (next & 0x3FU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF) {
    return {};
  }
  return {.bytes = length, .code = code, .valid = true};
}

bool IsControl(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F);
}

void TrimSpaces(std::string& text) {
  text.erase(text.find_last_not_of(' ') + 1);
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
}

}  // namespace

std::string CleanText(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const Character character = FirstOf(bytes);
    if (!character.valid) {
      text.push_back('?');
    } else if (character.code >= '\t' && character.code <= '\r') {
      text.push_back(' ');
    } else if (!IsControl(character.code)) {
      text.append(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(character.bytes));
    }
    bytes = bytes.subspan(character.bytes);
  }
  TrimSpaces(text);
  return text;
}

}  // namespace porthole::rfb

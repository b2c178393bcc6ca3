#include "rfb/clean_text.h"

#include "base/utf8.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace porthole::rfb {
namespace {

// U+0000 to U+001F, U+007F, and U+0080 to U+009F.
bool IsControl(std::string_view character) {
  const auto first = static_cast<std::uint8_t>(character[0]);
  if (character.size() == 1) {
    return first < 0x20 || first == 0x7F;
  }
  return first == 0xC2 && static_cast<std::uint8_t>(character[1]) < 0xA0;
}

bool IsWhiteSpace(std::string_view character) {
  return character.size() == 1 && character[0] >= '\t' && character[0] <= '\r';
}

void TrimSpaces(std::string& text) {
  text.erase(text.find_last_not_of(' ') + 1);
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
}

}  // namespace

std::string CleanText(std::span<const std::uint8_t> bytes) {
  // Bytes seen as characters: the one place where the wire becomes text.
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::string text;
  text.reserve(rest.size());
  while (!rest.empty()) {
    const std::size_t length = Utf8CharacterLength(rest);
    const std::string_view character = rest.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0) {
      text += '?';
    } else if (IsWhiteSpace(character)) {
      text += ' ';
    } else if (!IsControl(character)) {
      text += character;
    }
    rest.remove_prefix(character.size());
  }
  TrimSpaces(text);
  return text;
}

}  // namespace porthole::rfb

#include "text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace porthole::client::internal {
namespace {

// What may follow a lead byte: how many bytes, and the range of the first of them (RFC 3629,
// section 4).
struct Sequence {
  std::uint8_t first_lead;
  std::uint8_t last_lead;
  std::size_t following;
  std::uint8_t least_second;
  std::uint8_t most_second;
};

constexpr std::array<Sequence, 9> kSequences = {{
    {0x00, 0x7F, 0, 0, 0},
    {0xC2, 0xDF, 1, 0x80, 0xBF},
    {0xE0, 0xE0, 2, 0xA0, 0xBF},
    {0xE1, 0xEC, 2, 0x80, 0xBF},
    {0xED, 0xED, 2, 0x80, 0x9F},
    {0xEE, 0xEF, 2, 0x80, 0xBF},
    {0xF0, 0xF0, 3, 0x90, 0xBF},
    {0xF1, 0xF3, 3, 0x80, 0xBF},
    {0xF4, 0xF4, 3, 0x80, 0x8F},
}};

std::uint8_t ByteAt(std::string_view text, std::size_t index) {
  return static_cast<std::uint8_t>(text[index]);
}

// Whether the bytes after the lead byte of `text` are those that `sequence` demands.
bool Continues(std::string_view text, const Sequence& sequence) {
  if (text.size() <= sequence.following) {
    return false;
  }
  for (std::size_t i = 1; i <= sequence.following; ++i) {
    const std::uint8_t least = i == 1 ? sequence.least_second : 0x80;
    const std::uint8_t most = i == 1 ? sequence.most_second : 0xBF;
    if (ByteAt(text, i) < least || ByteAt(text, i) > most) {
      return false;
    }
  }
  return true;
}

// The length of the character that `text` begins with; 0 when it is none.
std::size_t CharacterLength(std::string_view text) {
  const std::uint8_t lead = ByteAt(text, 0);
  for (const Sequence& sequence : kSequences) {
    if (lead >= sequence.first_lead && lead <= sequence.last_lead) {
      return Continues(text, sequence) ? sequence.following + 1 : 0;
    }
  }
  return 0;
}

bool IsKeyIdCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

bool IsKeyId(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, IsKeyIdCharacter);
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace porthole::client::internal

#include "base/base64url.h"

#include <array>
#include <cstddef>

namespace porthole {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNone = 0xFF;

constexpr std::array<std::uint8_t, 256> MakeValues() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr std::array<std::uint8_t, 256> kValues = MakeValues();

}  // namespace

std::string EncodeBase64Url(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(((bytes.size() * 4) + 2) / 3);
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    pending = (pending << 8U) | byte;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text.push_back(kAlphabet[(pending >> bits) & 0x3FU]);
    }
  }
  if (bits > 0) {
    text.push_back(kAlphabet[(pending << (6 - bits)) & 0x3FU]);
  }
  return text;
}

std::optional<std::vector<std::uint8_t>> DecodeBase64Url(std::string_view text) {
  if (text.size() % 4 == 1) {
    return std::nullopt;
  }
  std::vector<std::uint8_t> bytes(text.size() * 3 / 4);
  auto next = bytes.begin();
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::uint8_t value = kValues.at(static_cast<std::uint8_t>(c));
    if (value == kNone) {
      return std::nullopt;
    }
    pending = (pending << 6U) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      *next++ = static_cast<std::uint8_t>((pending >> bits) & 0xFFU);
    }
  }
  if ((pending & ((1U << bits) - 1U)) != 0) {
    return std::nullopt;  // unused bits set: a second spelling of the same bytes
  }
  return bytes;
}

}  // namespace porthole

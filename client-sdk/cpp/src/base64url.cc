#include "base64url.h"

namespace porthole::client::internal {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string EncodeBase64Url(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8U) | byte;
    for (held += 8; held >= 6; held -= 6) {
      text += kAlphabet[(bits >> (held - 6)) & 0x3FU];
    }
  }
  if (held > 0) {
    text += kAlphabet[(bits << (6 - held)) & 0x3FU];
  }
  return text;
}

std::optional<std::vector<std::uint8_t>> DecodeBase64Url(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) {
      return std::nullopt;
    }
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<std::uint8_t>((bits >> held) & 0xFFU));
    }
  }
  const bool spare_is_zero = (bits & ((1U << held) - 1U)) == 0;
  return held < 6 && spare_is_zero ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace porthole::client::internal

#include "rfb/security/tripled_key.h"

#include <openssl/crypto.h>

#include <algorithm>

namespace porthole::rfb {
namespace {

std::uint8_t ReverseBits(std::uint8_t byte) {
  unsigned reversed = 0;
  for (unsigned bit = 0; bit < 8; ++bit) {
    reversed = (reversed << 1U) | ((unsigned{byte} >> bit) & 1U);
  }
  return static_cast<std::uint8_t>(reversed);
}

}  // namespace

TripledKey::TripledKey(std::span<const std::uint8_t> key) {
  for (std::size_t i = 0; i < std::min(key.size(), kDesKeyBytes); ++i) {
    const std::uint8_t byte = ReverseBits(key[i]);
    bytes_[i] = bytes_[i + kDesKeyBytes] = bytes_[i + (2 * kDesKeyBytes)] = byte;
  }
}

TripledKey::~TripledKey() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

}  // namespace porthole::rfb

#include "net/websocket_key.h"

#include "base/random.h"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace porthole::net {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

std::string Base64(std::span<const std::uint8_t> bytes) {
  std::string text(((bytes.size() + 2) / 3 * 4) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

std::string NewWebSocketKey() {
  std::array<std::uint8_t, 16> bytes{};
  FillRandom(bytes);
  return Base64(bytes);
}

std::string AcceptOf(std::string_view key) {
  const std::string text = std::string(key) + std::string(kGuid);
  std::array<std::uint8_t, 20> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  return Base64(digest);
}

}  // namespace porthole::net

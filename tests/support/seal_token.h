#pragma once

#include "base/base64url.h"
#include "base/random.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace porthole {

// The five parts of a compact JWE, to be spoilt one by one. Text() joins them.
struct SealedToken {
  std::string header;
  std::string encrypted_key;
  std::string iv;
  std::string ciphertext;
  std::string tag;

  std::string Text() const {
    return header + "." + encrypted_key + "." + iv + "." + ciphertext + "." + tag;
  }
};

inline std::string ToBase64Url(std::string_view text) {
  return EncodeBase64Url(std::vector<std::uint8_t>(text.begin(), text.end()));
}

// Seals `payload` under `header` with AES-256-GCM, whatever the two say: what a management server
// sends, and what an attacker with a key would. Throws when OpenSSL fails.
inline SealedToken Seal(std::string_view header, std::string_view payload, std::string_view key) {
  std::array<std::uint8_t, 12> iv{};
  FillRandom(iv);
  const std::string aad = ToBase64Url(header);
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  std::vector<std::uint8_t> sealed(payload.size() + 1);
  std::array<std::uint8_t, 16> tag{};
  int length = 0;
  int rest = 0;
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  const bool good =
      context != nullptr && key.size() == 32 &&
      EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nullptr, bytes(key), iv.data()) == 1 &&
      EVP_EncryptUpdate(context, nullptr, &length, bytes(aad), static_cast<int>(aad.size())) == 1 &&
      EVP_EncryptUpdate(context, sealed.data(), &length, bytes(payload),
                        static_cast<int>(payload.size())) == 1 &&
      EVP_EncryptFinal_ex(context, sealed.data() + length, &rest) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, tag.data()) == 1;
  EVP_CIPHER_CTX_free(context);
  if (!good) {
    throw std::runtime_error("cannot seal");
  }
  sealed.resize(payload.size());
  return {.header = aad,
          .encrypted_key = "",
          .iv = EncodeBase64Url(iv),
          .ciphertext = EncodeBase64Url(sealed),
          .tag = EncodeBase64Url(tag)};
}

}  // namespace porthole

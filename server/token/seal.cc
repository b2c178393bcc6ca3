#include "token/seal.h"

#include "base/base64url.h"
#include "base/random.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace porthole::token {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

constexpr std::size_t kIvBytes = 12;
constexpr std::size_t kTagBytes = 16;

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

absl::StatusOr<std::string> SealJwe(std::string_view payload, const TokenKey& key) {
  const std::string header =
      EncodeBase64Url(Bytes(R"({"alg":"dir","enc":"A256GCM","kid":")" + key.id + R"("})"));
  std::array<std::uint8_t, kIvBytes> iv{};
  FillRandom(iv);
  std::vector<std::uint8_t> sealed(payload.size());
  std::array<std::uint8_t, kTagBytes> tag{};
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
  int length = 0;
  const bool done =
      context != nullptr && key.material.Reveal().size() == kTokenKeyBytes &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr,
                         Bytes(key.material.Reveal()).data(), iv.data()) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &length, Bytes(header).data(),
                        static_cast<int>(header.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), sealed.data(), &length, Bytes(payload).data(),
                        static_cast<int>(payload.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), nullptr, &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()) == 1;
  if (!done) {
    return absl::InternalError("a token could not be sealed");
  }
  return header + ".." + EncodeBase64Url(iv) + "." + EncodeBase64Url(sealed) + "." +
         EncodeBase64Url(tag);
}

}  // namespace porthole::token

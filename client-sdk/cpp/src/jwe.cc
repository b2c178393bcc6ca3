#include "jwe.h"

#include "base64url.h"
#include "status.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <memory>
#include <vector>

namespace porthole::client::internal {
namespace {

constexpr std::size_t kIvBytes = 12;
constexpr std::size_t kTagBytes = 16;

struct Sealed {
  std::array<std::uint8_t, kIvBytes> iv{};
  std::vector<std::uint8_t> ciphertext;
  std::array<std::uint8_t, kTagBytes> tag{};
};

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

std::span<const std::uint8_t> BytesOf(std::string_view text) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): characters as bytes.
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// AES-256-GCM with `associated` as the associated data (RFC 7518, section 5.3).
bool Seal(std::span<const std::uint8_t> key,
          std::span<const std::uint8_t> associated,
          std::span<const std::uint8_t> plain,
          Sealed& sealed) {
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* const gcm = context.get();
  sealed.ciphertext.resize(plain.size());
  int length = 0;
  return gcm != nullptr && RAND_bytes(sealed.iv.data(), static_cast<int>(kIvBytes)) == 1 &&
         EVP_EncryptInit_ex(gcm, EVP_aes_256_gcm(), nullptr, key.data(), sealed.iv.data()) == 1 &&
         EVP_EncryptUpdate(gcm, nullptr, &length, associated.data(),
                           static_cast<int>(associated.size())) == 1 &&
         EVP_EncryptUpdate(gcm, sealed.ciphertext.data(), &length, plain.data(),
                           static_cast<int>(plain.size())) == 1 &&
         EVP_EncryptFinal_ex(gcm, sealed.ciphertext.data() + length, &length) == 1 &&
         EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_GCM_GET_TAG, static_cast<int>(kTagBytes),
                             sealed.tag.data()) == 1;
}

}  // namespace

absl::StatusOr<std::string> SealJwe(std::string_view key_id,
                                    std::span<const std::uint8_t> key,
                                    std::string_view payload) {
  const boost::json::object header = {{"alg", "dir"}, {"enc", "A256GCM"}, {"kid", key_id}};
  const std::string protected_header = EncodeBase64Url(BytesOf(boost::json::serialize(header)));
  Sealed sealed;
  if (key.size() != 32 || !Seal(key, BytesOf(protected_header), BytesOf(payload), sealed)) {
    return Error(absl::StatusCode::kInternal, "the token could not be encrypted");
  }
  // The encrypted key, between the first two dots, is empty with `dir`.
  return protected_header + ".." + EncodeBase64Url(sealed.iv) + "." +
         EncodeBase64Url(sealed.ciphertext) + "." + EncodeBase64Url(sealed.tag);
}

}  // namespace porthole::client::internal

#include "state/key_wrap.h"

#include "base/random.h"
#include "base/status.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

namespace porthole::state {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Free>;
using Bytes = std::vector<std::uint8_t>;

Bytes BytesOf(std::string_view text) {
  return {text.begin(), text.end()};
}

// OpenSSL without AES-GCM, or no memory: nothing can be kept secret any more.
void Require(bool done) {
  if (!done) {
    std::abort();
  }
}

int Size(const Bytes& bytes) {
  return static_cast<int>(bytes.size());
}

// A context that has `key`, `nonce` and `name`, and next takes the text.
Cipher Begin(bool sealing, const Secret& key, const std::uint8_t* nonce, std::string_view name) {
  Cipher cipher(EVP_CIPHER_CTX_new());
  Bytes key_bytes = BytesOf(key.Reveal());
  Require(cipher != nullptr && key_bytes.size() == kWrappingKeyBytes);
  Require(EVP_CipherInit_ex2(cipher.get(), EVP_aes_256_gcm(), key_bytes.data(), nonce,
                             sealing ? 1 : 0, nullptr) == 1);
  OPENSSL_cleanse(key_bytes.data(), key_bytes.size());
  const Bytes associated = BytesOf(name);
  int size = 0;
  Require(EVP_CipherUpdate(cipher.get(), nullptr, &size, associated.data(), Size(associated)) == 1);
  return cipher;
}

absl::Status Damaged() {
  return Error(absl::StatusCode::kFailedPrecondition,
               "it does not open with this key-encryption key");
}

}  // namespace

std::string Wrap(const Secret& key, std::string_view name, std::string_view plain) {
  std::array<std::uint8_t, kNonceBytes> nonce{};
  FillRandom(nonce);
  const Cipher cipher = Begin(true, key, nonce.data(), name);
  Bytes text = BytesOf(plain);
  Bytes sealed(text.size());
  std::array<std::uint8_t, kTagBytes> tag{};
  int size = 0;
  Require(EVP_CipherUpdate(cipher.get(), sealed.data(), &size, text.data(), Size(text)) == 1);
  Require(EVP_CipherFinal_ex(cipher.get(), sealed.data() + size, &size) == 1);
  Require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()) == 1);
  OPENSSL_cleanse(text.data(), text.size());
  std::string wrapped(nonce.begin(), nonce.end());
  wrapped.append(sealed.begin(), sealed.end());
  wrapped.append(tag.begin(), tag.end());
  return wrapped;
}

absl::StatusOr<Secret> Unwrap(const Secret& key, std::string_view name, std::string_view wrapped) {
  if (wrapped.size() < kNonceBytes + kTagBytes) {
    return Damaged();
  }
  const Bytes nonce = BytesOf(wrapped.substr(0, kNonceBytes));
  const Bytes sealed =
      BytesOf(wrapped.substr(kNonceBytes, wrapped.size() - kNonceBytes - kTagBytes));
  Bytes tag = BytesOf(wrapped.substr(wrapped.size() - kTagBytes));
  const Cipher cipher = Begin(false, key, nonce.data(), name);
  Bytes text(sealed.size() + 1);  // never empty, so that there is an address
  int size = 0;
  Require(EVP_CipherUpdate(cipher.get(), text.data(), &size, sealed.data(), Size(sealed)) == 1);
  Require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1);
  const bool authentic = EVP_CipherFinal_ex(cipher.get(), text.data() + size, &size) == 1;
  Secret plain(std::string(text.begin(), text.end() - 1));
  OPENSSL_cleanse(text.data(), text.size());
  if (!authentic) {
    return Damaged();
  }
  return plain;
}

}  // namespace porthole::state

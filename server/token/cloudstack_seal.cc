#include "token/cloudstack_seal.h"

#include "token/cloudstack_material.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <utility>

namespace porthole::token {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kBlockBytes = 16;

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;
using Sha256 = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Sha256 DigestOf(std::string_view text) {
  Sha256 digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    std::abort();  // OpenSSL without SHA-256, or no memory
  }
  return digest;
}

// Decrypts `sealed` with what `context` was given; nothing when that fails.
std::optional<Secret> Finish(EVP_CIPHER_CTX* context, std::span<const std::uint8_t> sealed) {
  std::string plain(sealed.size() + kBlockBytes, '\0');
  auto* const target = reinterpret_cast<unsigned char*>(plain.data());
  int length = 0;
  int rest = 0;
  const bool opened = EVP_DecryptUpdate(context, target, &length, sealed.data(),
                                        static_cast<int>(sealed.size())) == 1 &&
                      EVP_DecryptFinal_ex(context, target + length, &rest) == 1;
  plain.resize(opened ? static_cast<std::size_t>(length + rest) : 0);
  Secret payload(std::move(plain));  // wiped also when it is not authentic
  return opened ? std::optional(std::move(payload)) : std::nullopt;
}

}  // namespace

std::optional<Secret> OpenCloudStackGcm(std::span<const std::uint8_t> blob, const TokenKey& key) {
  if (blob.size() < kNonceBytes + kTagBytes) {
    return std::nullopt;
  }
  const CloudStackMaterial material = SplitCloudStackMaterial(key.material);
  const auto tag = blob.last(kTagBytes);
  const auto sealed = blob.subspan(kNonceBytes, blob.size() - kNonceBytes - kTagBytes);
  std::array<unsigned char, kTagBytes> expected{};
  std::ranges::copy(tag, expected.begin());
  Sha256 cipher_key = DigestOf(material.key);
  const Context context(EVP_CIPHER_CTX_new());
  int length = 0;
  const bool begun =
      context != nullptr &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, cipher_key.data(),
                         blob.data()) == 1 &&  // the nonce: 12 bytes are GCM's own length
      EVP_DecryptUpdate(context.get(), nullptr, &length, Bytes(material.iv),
                        static_cast<int>(material.iv.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(expected.size()),
                          expected.data()) == 1;
  OPENSSL_cleanse(cipher_key.data(), cipher_key.size());
  return begun ? Finish(context.get(), sealed) : std::nullopt;
}

std::optional<Secret> OpenCloudStackCbc(std::span<const std::uint8_t> blob, const TokenKey& key) {
  if (blob.empty() || blob.size() % kBlockBytes != 0) {
    return std::nullopt;
  }
  const CloudStackMaterial material = SplitCloudStackMaterial(key.material);
  const Context context(EVP_CIPHER_CTX_new());
  const bool begun =
      context != nullptr && EVP_DecryptInit_ex(context.get(), EVP_aes_128_cbc(), nullptr,
                                               Bytes(material.key), Bytes(material.iv)) == 1;
  return begun ? Finish(context.get(), blob) : std::nullopt;
}

std::string CloudStackTicket(std::string_view facts,
                             std::int64_t minute,
                             const TokenKey& key,
                             TicketHash hash) {
  const std::string_view hash_key = SplitCloudStackMaterial(key.material).hash_key;
  std::string text(facts);
  text += std::to_string(minute);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const EVP_MD* const kind = hash == TicketHash::kSha512 ? EVP_sha512() : EVP_sha1();
  if (HMAC(kind, hash_key.data(), static_cast<int>(hash_key.size()), Bytes(text), text.size(),
           digest.data(), &size) == nullptr) {
    std::abort();  // OpenSSL without the hash, or no memory
  }
  OPENSSL_cleanse(text.data(), text.size());  // the VNC password is among the facts
  std::array<unsigned char, (4 * ((EVP_MAX_MD_SIZE + 2) / 3)) + 1> ticket{};
  const int length = EVP_EncodeBlock(ticket.data(), digest.data(), static_cast<int>(size));
  return {ticket.begin(), ticket.begin() + length};
}

bool SameText(std::string_view one, std::string_view other) {
  const Sha256 a = DigestOf(one);
  const Sha256 b = DigestOf(other);
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace porthole::token

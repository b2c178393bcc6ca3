#include "rfb/security/eax.h"

#include "base/byte_order.h"

#include <openssl/crypto.h>

namespace porthole::rfb {
namespace {

void EncryptWith128(const void* cipher,
                    std::size_t size,
                    std::uint8_t* to,
                    const std::uint8_t* from) {
  aes128_encrypt(static_cast<const aes128_ctx*>(cipher), size, to, from);
}

void EncryptWith256(const void* cipher,
                    std::size_t size,
                    std::uint8_t* to,
                    const std::uint8_t* from) {
  aes256_encrypt(static_cast<const aes256_ctx*>(cipher), size, to, from);
}

}  // namespace

EaxMessages::EaxMessages(std::span<const std::uint8_t> key) {
  if (key.size() == AES256_KEY_SIZE) {
    aes256_set_encrypt_key(&aes_.emplace<aes256_ctx>(), key.data());
    encrypt_ = EncryptWith256;
  } else {
    aes128_set_encrypt_key(&aes_.emplace<aes128_ctx>(), key.data());
    encrypt_ = EncryptWith128;
  }
  eax_set_key(&key_, Cipher(), encrypt_);
}

EaxMessages::~EaxMessages() {
  OPENSSL_cleanse(&aes_, sizeof(aes_));
  OPENSSL_cleanse(&key_, sizeof(key_));
  OPENSSL_cleanse(&message_, sizeof(message_));
}

const void* EaxMessages::Cipher() const {
  return std::visit([](const auto& aes) -> const void* { return &aes; }, aes_);
}

void EaxMessages::Begin(std::span<const std::uint8_t> head) {
  eax_set_nonce(&message_, &key_, Cipher(), encrypt_, counter_.size(), counter_.data());
  for (std::uint8_t& digit : counter_) {
    if (++digit != 0) {
      break;
    }
  }
  eax_update(&message_, &key_, Cipher(), encrypt_, head.size(), head.data());
}

std::vector<std::uint8_t> EaxMessages::Seal(std::span<const std::uint8_t> text) {
  std::vector<std::uint8_t> sealed(kHeadBytes + text.size() + kTagBytes);
  const std::span<std::uint8_t> head = std::span(sealed).first(kHeadBytes);
  StoreU16(static_cast<std::uint16_t>(text.size()), head);
  Begin(head);
  std::uint8_t* const body = sealed.data() + kHeadBytes;
  eax_encrypt(&message_, &key_, Cipher(), encrypt_, text.size(), body, text.data());
  eax_digest(&message_, &key_, Cipher(), encrypt_, kTagBytes, body + text.size());
  return sealed;
}

bool EaxMessages::Open(std::span<const std::uint8_t, kHeadBytes> head,
                       std::span<std::uint8_t> rest) {
  Begin(head);
  const std::span<std::uint8_t> text = rest.first(rest.size() - kTagBytes);
  eax_decrypt(&message_, &key_, Cipher(), encrypt_, text.size(), text.data(), text.data());
  std::array<std::uint8_t, kTagBytes> tag{};
  eax_digest(&message_, &key_, Cipher(), encrypt_, tag.size(), tag.data());
  return CRYPTO_memcmp(tag.data(), rest.last(kTagBytes).data(), tag.size()) == 0;
}

}  // namespace porthole::rfb

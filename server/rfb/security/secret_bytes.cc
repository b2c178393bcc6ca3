#include "rfb/security/secret_bytes.h"

#include "base/random.h"

#include <openssl/crypto.h>

#include <utility>

namespace porthole::rfb {

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    Wipe();
    bytes_ = std::move(other.bytes_);
  }
  return *this;
}

SecretBytes::~SecretBytes() {
  Wipe();
}

SecretBytes SecretBytes::Random(std::size_t size) {
  SecretBytes made(size);
  FillRandom(made.bytes_);
  return made;
}

void SecretBytes::Wipe() noexcept {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

}  // namespace porthole::rfb

#include "rfb/security/rsa_key.h"

#include "base/byte_order.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <utility>

namespace porthole::rfb {
namespace {

constexpr int kOwnBits = 2048;

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using Operation = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

Number FromBytes(std::span<const std::uint8_t> bytes) {
  return {BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), &BN_free};
}

Operation Begin(EVP_PKEY* key) {
  return {EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr), &EVP_PKEY_CTX_free};
}

// A refused key leaves its reasons in the thread's queue, where the next TLS call would find them.
absl::Status NoKey() {
  ERR_clear_error();
  return absl::InvalidArgumentError("the host's RSA key is none");
}

RsaPkey PublicKey(const BIGNUM* modulus, const BIGNUM* exponent) {
  const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> builder(
      OSSL_PARAM_BLD_new(), &OSSL_PARAM_BLD_free);
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent) != 1) {
    return {nullptr, &EVP_PKEY_free};
  }
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters(
      OSSL_PARAM_BLD_to_param(builder.get()), &OSSL_PARAM_free);
  const Operation making(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), &EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || making == nullptr || EVP_PKEY_fromdata_init(making.get()) != 1 ||
      EVP_PKEY_fromdata(making.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return {nullptr, &EVP_PKEY_free};
  }
  return {key, &EVP_PKEY_free};
}

// One of the key's public numbers in as many bytes as `out` has.
bool CopyNumber(const EVP_PKEY* key, const char* name, std::span<std::uint8_t> out) {
  BIGNUM* number = nullptr;
  const bool got = EVP_PKEY_get_bn_param(key, name, &number) == 1;
  const Number owned(number, &BN_free);
  return got && BN_bn2binpad(number, out.data(), static_cast<int>(out.size())) >= 0;
}

}  // namespace

absl::StatusOr<std::size_t> RsaHostKey::BytesAfter(std::uint32_t bits) {
  if (bits < kMinBits || bits > kMaxBits) {
    return absl::InvalidArgumentError("the host's RSA key has " + std::to_string(bits) +
                                      " bits; 1024 to 8192 are taken");
  }
  return 2 * ((bits + 7) / 8);
}

absl::StatusOr<RsaHostKey> RsaHostKey::Parse(std::vector<std::uint8_t> message) {
  const std::span<const std::uint8_t> numbers = std::span(message).subspan(kHeadBytes);
  const std::size_t size = numbers.size() / 2;
  const Number modulus = FromBytes(numbers.first(size));
  const Number exponent = FromBytes(numbers.subspan(size));
  // One that is shorter than it says would have shorter ciphertexts, too.
  if (modulus == nullptr || exponent == nullptr ||
      static_cast<std::size_t>(BN_num_bytes(modulus.get())) != size ||
      BN_is_odd(modulus.get()) == 0 || BN_is_odd(exponent.get()) == 0 ||
      BN_is_one(exponent.get()) == 1) {
    return NoKey();
  }
  RsaPkey key = PublicKey(modulus.get(), exponent.get());
  if (key == nullptr) {
    return NoKey();
  }
  return RsaHostKey(std::move(message), std::move(key));
}

std::string RsaHostKey::Sha256() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::uint8_t, 32> digest{};
  std::size_t size = 0;
  EVP_Q_digest(nullptr, "SHA256", nullptr, message_.data(), message_.size(), digest.data(), &size);
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

absl::StatusOr<std::vector<std::uint8_t>> RsaHostKey::Encrypt(
    std::span<const std::uint8_t> text) const {
  std::vector<std::uint8_t> sealed((message_.size() - kHeadBytes) / 2);
  std::size_t size = sealed.size();
  const Operation encrypting = Begin(key_.get());
  if (encrypting == nullptr || EVP_PKEY_encrypt_init(encrypting.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(encrypting.get(), RSA_PKCS1_PADDING) != 1 ||
      EVP_PKEY_encrypt(encrypting.get(), sealed.data(), &size, text.data(), text.size()) != 1 ||
      size != sealed.size()) {
    return NoKey();
  }
  return sealed;
}

absl::StatusOr<RsaOwnKey> RsaOwnKey::Make() {
  absl::StatusOr<RsaOwnKey> key = From({EVP_RSA_gen(kOwnBits), &EVP_PKEY_free});
  if (!key.ok()) {
    return absl::InternalError("OpenSSL does not make an RSA key");
  }
  return key;
}

absl::StatusOr<RsaOwnKey> RsaOwnKey::FromPem(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  return From({PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free});
}

absl::StatusOr<RsaOwnKey> RsaOwnKey::From(RsaPkey key) {
  std::vector<std::uint8_t> message(RsaHostKey::kHeadBytes + (2 * kBytes));
  const std::span<std::uint8_t> bytes(message);
  StoreU32(kOwnBits, bytes);
  const std::span<std::uint8_t> numbers = bytes.subspan(RsaHostKey::kHeadBytes);
  if (key == nullptr || EVP_PKEY_get_bits(key.get()) != kOwnBits ||
      !CopyNumber(key.get(), OSSL_PKEY_PARAM_RSA_N, numbers.first(kBytes)) ||
      !CopyNumber(key.get(), OSSL_PKEY_PARAM_RSA_E, numbers.subspan(kBytes))) {
    ERR_clear_error();
    return absl::InvalidArgumentError("this is no RSA key of 2048 bits");
  }
  return RsaOwnKey(std::move(message), std::move(key));
}

SecretBytes RsaOwnKey::Decrypt(std::span<const std::uint8_t> sealed, std::size_t size) const {
  SecretBytes random = SecretBytes::Random(size);
  SecretBytes opened(kBytes);
  std::size_t opened_size = kBytes;
  const Operation decrypting = Begin(key_.get());
  const bool good = decrypting != nullptr && EVP_PKEY_decrypt_init(decrypting.get()) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(decrypting.get(), RSA_PKCS1_PADDING) == 1 &&
                    EVP_PKEY_decrypt(decrypting.get(), opened.Reveal().data(), &opened_size,
                                     sealed.data(), sealed.size()) == 1 &&
                    opened_size == size;
  if (good) {
    std::ranges::copy(opened.Reveal().first(size), random.Reveal().begin());
  } else {
    ERR_clear_error();
  }
  return random;
}

}  // namespace porthole::rfb

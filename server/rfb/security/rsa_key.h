#pragma once

#include "rfb/security/secret_bytes.h"

#include <absl/status/statusor.h>
#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::rfb {

using RsaPkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// A host's RSA key as RA2 sends it (rfbproto, "RSA-AES Security Type"): the modulus' length in bits
// as U32, then modulus and public exponent, big-endian, each in as many bytes as the bits need.
class RsaHostKey {
 public:
  static constexpr std::uint32_t kMinBits = 1024;
  static constexpr std::uint32_t kMaxBits = 8192;
  static constexpr std::size_t kHeadBytes = 4;

  // How many bytes follow the length. Errors: INVALID_ARGUMENT outside of kMinBits to kMaxBits.
  static absl::StatusOr<std::size_t> BytesAfter(std::uint32_t bits);

  // Takes the whole message. Errors: INVALID_ARGUMENT it is no RSA key, or not as long as it says.
  static absl::StatusOr<RsaHostKey> Parse(std::vector<std::uint8_t> message);

  std::span<const std::uint8_t> Message() const { return message_; }
  // SHA-256 over the whole message, length included, as 64 lower-case hexadecimal digits. The same
  // bytes whose SHA-1 TigerVNC and RealVNC show as the beginning of the key's fingerprint.
  std::string Sha256() const;
  // `text` for this key alone (RSAES-PKCS1-v1_5). Errors: INVALID_ARGUMENT the key cannot encrypt.
  absl::StatusOr<std::vector<std::uint8_t>> Encrypt(std::span<const std::uint8_t> text) const;

 private:
  RsaHostKey(std::vector<std::uint8_t> message, RsaPkey key)
      : message_(std::move(message)), key_(std::move(key)) {}

  std::vector<std::uint8_t> message_;
  RsaPkey key_;
};

// Our own key, of 2,048 bits.
class RsaOwnKey {
 public:
  static constexpr std::size_t kBytes = 256;

  // Makes a new one, which takes about a tenth of a second. Errors: INTERNAL OpenSSL fails.
  static absl::StatusOr<RsaOwnKey> Make();
  // Reads a PEM file's text, for tests. Errors: INVALID_ARGUMENT no RSA key of 2,048 bits.
  static absl::StatusOr<RsaOwnKey> FromPem(std::string_view pem);

  // The public half, as RA2 sends it.
  const std::vector<std::uint8_t>& Message() const { return message_; }
  // What was encrypted for this key: exactly `size` bytes. Where it was not made well, random ones,
  // so that nobody learns from us how badly (RFC 3218, section 2.3.2).
  SecretBytes Decrypt(std::span<const std::uint8_t> sealed, std::size_t size) const;

 private:
  RsaOwnKey(std::vector<std::uint8_t> message, RsaPkey key)
      : message_(std::move(message)), key_(std::move(key)) {}
  static absl::StatusOr<RsaOwnKey> From(RsaPkey key);

  std::vector<std::uint8_t> message_;
  RsaPkey key_;
};

}  // namespace porthole::rfb

#include "rfb/security/vnc_auth.h"

#include "rfb/wire.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>

namespace porthole::rfb {
namespace {

constexpr std::size_t kDesKeyBytes = 8;

// VNC takes each byte of the key with its bits in the other order (RFC 6143 erratum 4951).
std::uint8_t ReverseBits(std::uint8_t byte) {
  unsigned reversed = 0;
  for (unsigned bit = 0; bit < 8; ++bit) {
    reversed = (reversed << 1U) | ((unsigned{byte} >> bit) & 1U);
  }
  return static_cast<std::uint8_t>(reversed);
}

// Triple DES with one key three times is single DES, which OpenSSL 3 has no more by default.
class TripledKey {
 public:
  explicit TripledKey(std::string_view password) {
    for (std::size_t i = 0; i < std::min(password.size(), kDesKeyBytes); ++i) {
      const std::uint8_t byte = ReverseBits(static_cast<std::uint8_t>(password[i]));
      bytes_[i] = bytes_[i + kDesKeyBytes] = bytes_[i + (2 * kDesKeyBytes)] = byte;
    }
  }
  TripledKey(const TripledKey&) = delete;
  TripledKey& operator=(const TripledKey&) = delete;
  ~TripledKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  const std::uint8_t* Bytes() const { return bytes_.data(); }

 private:
  std::array<std::uint8_t, 3 * kDesKeyBytes> bytes_{};
};

}  // namespace

absl::StatusOr<VncChallenge> AnswerVncChallenge(const VncChallenge& challenge,
                                                const Secret& password) {
  const TripledKey key(password.Reveal());
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(
      EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  VncChallenge answer{};
  int written = 0;
  if (cipher == nullptr ||
      EVP_EncryptInit_ex(cipher.get(), EVP_des_ede3_ecb(), nullptr, key.Bytes(), nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(cipher.get(), 0) != 1 ||
      EVP_EncryptUpdate(cipher.get(), answer.data(), &written, challenge.data(),
                        static_cast<int>(challenge.size())) != 1 ||
      written != static_cast<int>(answer.size())) {
    return absl::InternalError("OpenSSL does not encrypt with DES-EDE3-ECB");
  }
  return answer;
}

net::Awaitable<absl::Status> AuthenticateVncAuth(SecurityExchange exchange) {
  VncChallenge challenge{};
  absl::Status read = co_await ReadExact(*exchange.host, challenge);
  if (!read.ok()) {
    co_return read;
  }
  const absl::StatusOr<VncChallenge> answer =
      AnswerVncChallenge(challenge, exchange.access.credentials.password);
  if (!answer.ok()) {
    co_return answer.status();
  }
  co_return co_await exchange.host->Write(*answer);
}

}  // namespace porthole::rfb

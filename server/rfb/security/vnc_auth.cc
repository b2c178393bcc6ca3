#include "rfb/security/vnc_auth.h"

#include "rfb/security/tripled_key.h"
#include "rfb/wire.h"

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace porthole::rfb {
absl::StatusOr<VncChallenge> AnswerVncChallenge(const VncChallenge& challenge,
                                                const Secret& password) {
  const std::string_view text = password.Reveal();
  const TripledKey key(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
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

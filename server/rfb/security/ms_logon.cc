#include "rfb/security/ms_logon.h"

#include "rfb/security/padded_text.h"
#include "rfb/security/tripled_key.h"
#include "rfb/wire.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>

namespace porthole::rfb {
namespace {

constexpr std::size_t kNumberBytes = 8;
constexpr std::size_t kUserBytes = 256;
constexpr std::size_t kPasswordBytes = 64;

// CBC with the secret as the first block's vector, and as the key with its bits mirrored.
bool EncryptWithDes(std::span<const std::uint8_t> secret, std::span<std::uint8_t> text) {
  const TripledKey key(secret);
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(
      EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int written = 0;
  return cipher != nullptr &&
         EVP_EncryptInit_ex(cipher.get(), EVP_des_ede3_cbc(), nullptr, key.Bytes(),
                            secret.data()) == 1 &&
         EVP_CIPHER_CTX_set_padding(cipher.get(), 0) == 1 &&
         EVP_EncryptUpdate(cipher.get(), text.data(), &written, text.data(),
                           static_cast<int>(text.size())) == 1 &&
         written == static_cast<int>(text.size());
}

}  // namespace

absl::StatusOr<std::vector<std::uint8_t>> AnswerMsLogon(const DhOffer& offer,
                                                        const HostCredentials& credentials,
                                                        const MsLogonRandom& random) {
  const absl::StatusOr<DhAgreement> agreed = AgreeOnSecret(offer, random.exponent.Reveal());
  if (!agreed.ok()) {
    return agreed.status();
  }
  SecretBytes texts(kUserBytes + kPasswordBytes);
  std::ranges::copy(random.padding.Reveal(), texts.Reveal().begin());
  const std::span<std::uint8_t> user = texts.Reveal().first(kUserBytes);
  const std::span<std::uint8_t> password = texts.Reveal().subspan(kUserBytes);
  if (!PutText(credentials.username, user) || !PutText(credentials.password.Reveal(), password)) {
    return absl::UnauthenticatedError(
        "MSLogonII has room for 255 bytes of user name and 63 of password");
  }
  const std::span<const std::uint8_t> secret = agreed->shared.Reveal();
  if (!EncryptWithDes(secret, user) || !EncryptWithDes(secret, password)) {
    return absl::InternalError("OpenSSL does not encrypt with DES-EDE3-CBC");
  }
  std::vector<std::uint8_t> answer = agreed->public_value;
  const std::span<const std::uint8_t> encrypted = texts.Reveal();
  answer.insert(answer.end(), encrypted.begin(), encrypted.end());
  return answer;
}

net::Awaitable<absl::Status> SpeakMsLogon(net::ByteStream& host,
                                          const HostCredentials& credentials) {
  std::array<std::uint8_t, 3 * kNumberBytes> numbers{};
  absl::Status read = co_await ReadExact(host, numbers);
  if (!read.ok()) {
    co_return read;
  }
  const std::span<const std::uint8_t> all(numbers);
  const DhOffer offer{.generator = all.first(kNumberBytes),
                      .prime = all.subspan(kNumberBytes, kNumberBytes),
                      .public_value = all.last(kNumberBytes)};
  const auto answer = AnswerMsLogon(offer, credentials,
                                    {.exponent = SecretBytes::Random(MsLogonRandom::kExponentBytes),
                                     .padding = SecretBytes::Random(MsLogonRandom::kPaddingBytes)});
  if (!answer.ok()) {
    co_return answer.status();
  }
  co_return co_await host.Write(*answer);
}

net::Awaitable<absl::Status> AuthenticateMsLogon(SecurityExchange exchange) {
  return SpeakMsLogon(*exchange.host, exchange.access.credentials);
}

}  // namespace porthole::rfb

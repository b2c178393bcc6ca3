#include "rfb/security/ard.h"

#include "base/byte_order.h"
#include "base/status.h"
#include "rfb/security/padded_text.h"
#include "rfb/wire.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>

namespace porthole::rfb {
namespace {

constexpr std::size_t kTextBytes = 64;
constexpr std::size_t kMinPrimeBytes = 128;
constexpr std::size_t kMaxPrimeBytes = 1024;

bool EncryptWithAes(std::span<const std::uint8_t> secret, std::span<std::uint8_t> text) {
  SecretBytes key(16);
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(
      EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int written = 0;
  return cipher != nullptr &&
         EVP_Digest(secret.data(), secret.size(), key.Reveal().data(), nullptr, EVP_md5(),
                    nullptr) == 1 &&
         EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_ecb(), nullptr, key.Reveal().data(),
                            nullptr) == 1 &&
         EVP_CIPHER_CTX_set_padding(cipher.get(), 0) == 1 &&
         EVP_EncryptUpdate(cipher.get(), text.data(), &written, text.data(),
                           static_cast<int>(text.size())) == 1 &&
         written == static_cast<int>(text.size());
}

}  // namespace

absl::StatusOr<std::vector<std::uint8_t>> AnswerArd(const DhOffer& offer,
                                                    const HostCredentials& credentials,
                                                    const ArdRandom& random) {
  const absl::StatusOr<DhAgreement> agreed = AgreeOnSecret(offer, random.exponent.Reveal());
  if (!agreed.ok()) {
    return agreed.status();
  }
  SecretBytes texts(2 * kTextBytes);
  std::ranges::copy(random.padding.Reveal(), texts.Reveal().begin());
  if (!PutText(credentials.username, texts.Reveal().first(kTextBytes)) ||
      !PutText(credentials.password.Reveal(), texts.Reveal().subspan(kTextBytes))) {
    return absl::UnauthenticatedError("ARD has room for 63 bytes of user name or password");
  }
  if (!EncryptWithAes(agreed->shared.Reveal(), texts.Reveal())) {
    return absl::InternalError("OpenSSL does not encrypt with AES-128-ECB");
  }
  const std::span<const std::uint8_t> encrypted = texts.Reveal();
  std::vector<std::uint8_t> answer(encrypted.begin(), encrypted.end());
  answer.insert(answer.end(), agreed->public_value.begin(), agreed->public_value.end());
  return answer;
}

net::Awaitable<absl::Status> SpeakArd(net::ByteStream& host, const HostCredentials& credentials) {
  std::array<std::uint8_t, 4> head{};  // generator, size of the numbers in bytes
  absl::Status status = co_await ReadExact(host, head);
  if (!status.ok()) {
    co_return status;
  }
  const std::size_t size = LoadU16(std::span(head).subspan(2));
  if (size < kMinPrimeBytes || size > kMaxPrimeBytes) {
    co_return Error(
        absl::StatusCode::kInvalidArgument,
        "a Diffie-Hellman prime of " + std::to_string(size) + " bytes; 128 to 1024 are taken");
  }
  std::vector<std::uint8_t> numbers(2 * size);
  status = co_await ReadExact(host, numbers);
  if (!status.ok()) {
    co_return status;
  }
  const DhOffer offer{.generator = std::span(head).first(2),
                      .prime = std::span(numbers).first(size),
                      .public_value = std::span(numbers).subspan(size)};
  const auto answer = AnswerArd(offer, credentials,
                                {.exponent = SecretBytes::Random(ArdRandom::kExponentBytes),
                                 .padding = SecretBytes::Random(ArdRandom::kPaddingBytes)});
  if (!answer.ok()) {
    co_return answer.status();
  }
  co_return co_await host.Write(*answer);
}

net::Awaitable<absl::Status> AuthenticateArd(SecurityExchange exchange) {
  return SpeakArd(*exchange.host, exchange.access.credentials);
}

}  // namespace porthole::rfb

#include "rfb/security/diffie_hellman.h"

#include "base/status.h"

#include <openssl/bn.h>

#include <memory>
#include <utility>

namespace porthole::rfb {
namespace {

using Number = std::unique_ptr<BIGNUM, decltype(&BN_clear_free)>;

Number FromBytes(std::span<const std::uint8_t> bytes) {
  return {BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), &BN_clear_free};
}

// Whether 2 <= value <= prime - 2: the others have known powers.
bool IsBetween(const BIGNUM* value, const BIGNUM* prime) {
  const Number last(BN_dup(prime), &BN_clear_free);
  return last != nullptr && BN_sub_word(last.get(), 2) == 1 && BN_cmp(value, BN_value_one()) > 0 &&
         BN_cmp(value, last.get()) <= 0;
}

bool Power(const BIGNUM* of, const BIGNUM* to, const BIGNUM* prime, std::span<std::uint8_t> out) {
  const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context(BN_CTX_secure_new(), &BN_CTX_free);
  const Number result(BN_new(), &BN_clear_free);
  return context != nullptr && result != nullptr &&
         BN_mod_exp_mont_consttime(result.get(), of, to, prime, context.get(), nullptr) == 1 &&
         BN_bn2binpad(result.get(), out.data(), static_cast<int>(out.size())) >= 0;
}

}  // namespace

absl::StatusOr<DhAgreement> AgreeOnSecret(const DhOffer& offer,
                                          std::span<const std::uint8_t> exponent) {
  const Number generator = FromBytes(offer.generator);
  const Number prime = FromBytes(offer.prime);
  const Number theirs = FromBytes(offer.public_value);
  const Number ours = FromBytes(exponent);
  if (generator == nullptr || prime == nullptr || theirs == nullptr || ours == nullptr) {
    return absl::InternalError("OpenSSL has no memory for Diffie-Hellman");
  }
  if (BN_is_odd(prime.get()) == 0 || !IsBetween(generator.get(), prime.get()) ||
      !IsBetween(theirs.get(), prime.get())) {
    return absl::InvalidArgumentError("the host's Diffie-Hellman numbers keep no secret");
  }
  DhAgreement agreed{.public_value = std::vector<std::uint8_t>(offer.prime.size()),
                     .shared = SecretBytes(offer.prime.size())};
  if (!Power(generator.get(), ours.get(), prime.get(), agreed.public_value) ||
      !Power(theirs.get(), ours.get(), prime.get(), agreed.shared.Reveal())) {
    return absl::InternalError("OpenSSL does not compute Diffie-Hellman");
  }
  return agreed;
}

}  // namespace porthole::rfb

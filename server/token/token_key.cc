#include "token/token_key.h"

#include "base/status.h"
#include "token/cloudstack_material.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace porthole::token {
namespace {

constexpr std::size_t kFingerprintBytes = 16;

bool IsKeyIdCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

absl::Status Invalid(std::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, why);
}

absl::Status CheckMaterial(const TokenKey& key) {
  if (key.profile == KeyProfile::kCloudStack) {
    const absl::Status material = CheckCloudStackMaterial(key.material);
    return material.ok() ? CheckExtraOrigins(key.cloudstack.extra_origins) : material;
  }
  return key.material.Reveal().size() == kTokenKeyBytes
             ? absl::OkStatus()
             : Invalid("a token key's material needs exactly 32 bytes");
}

using Digest = std::array<std::uint8_t, EVP_MAX_MD_SIZE>;

Digest Sha256(std::string_view text) {
  Digest digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    std::abort();  // OpenSSL without SHA-256, or no memory
  }
  return digest;
}

}  // namespace

std::string_view Name(KeyProfile profile) {
  switch (profile) {
    case KeyProfile::kJwe:
      return "jwe";
    case KeyProfile::kCloudStack:
      return "cloudstack";
  }
  std::abort();  // not an enumerator
}

bool IsKeyId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxKeyIdBytes && std::ranges::all_of(id, IsKeyIdCharacter);
}

absl::Status CheckTokenKey(const TokenKey& key) {
  if (!IsKeyId(key.id)) {
    return Invalid("a token key's id needs 1 to 64 letters, digits, '.', '_' and '-'");
  }
  if (absl::Status material = CheckMaterial(key); !material.ok()) {
    return material;
  }
  if (key.not_after.has_value() && *key.not_after <= key.created) {
    return Invalid("a token key's end must be after its creation");
  }
  return absl::OkStatus();
}

std::string Fingerprint(const TokenKey& key) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const Digest digest = Sha256(key.material.Reveal());
  std::string text;
  text.reserve(2 * kFingerprintBytes);
  for (std::size_t i = 0; i < kFingerprintBytes; ++i) {
    text.push_back(kHex[digest.at(i) >> 4U]);
    text.push_back(kHex[digest.at(i) & 0x0FU]);
  }
  return text;
}

bool SameMaterial(const TokenKey& one, const TokenKey& other) {
  const std::string_view a = one.material.Reveal();
  const std::string_view b = other.material.Reveal();
  return one.profile == other.profile && one.cloudstack == other.cloudstack &&
         a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace porthole::token

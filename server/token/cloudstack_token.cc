#include "token/cloudstack_token.h"

#include "token/cloudstack_base64.h"
#include "token/cloudstack_claims.h"
#include "token/cloudstack_seal.h"
#include "token/jwe.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace porthole::token {
namespace {

constexpr std::size_t kMaxBlobBytes = kMaxPayloadBytes + 28;  // with GCM's nonce and tag

Refusal Invalid(const char* detail) {
  return Refuse(EndReason::kTokenInvalid, detail);
}

bool Usable(const TokenKey& key, WallTime now) {
  return !key.not_after.has_value() || now < *key.not_after;
}

// A payload, and in which of the two forms it came.
struct Opened {
  Secret payload;
  TokenForm form = TokenForm::kGcm;
};

std::optional<Opened> Open(const std::vector<std::uint8_t>& blob, const TokenKey& key) {
  if (std::optional<Secret> payload = OpenCloudStackGcm(blob, key)) {
    return Opened{.payload = *std::move(payload), .form = TokenForm::kGcm};
  }
  if (!key.cloudstack.allow_legacy_cbc) {
    return std::nullopt;
  }
  std::optional<Secret> payload = OpenCloudStackCbc(blob, key);
  // Of wrong keys one in 256 leaves a good padding: what is no JSON is another key's.
  if (!payload.has_value() || !payload->Reveal().starts_with('{')) {
    return std::nullopt;
  }
  return Opened{.payload = *std::move(payload), .form = TokenForm::kLegacyCbc};
}

}  // namespace

Judged<Grant> OpenCloudStackToken(std::string_view token,
                                  const KeyRing::Keys& keys,
                                  WallTime now,
                                  const TokenRules& rules) {
  if (token.size() > kMaxTokenBytes) {
    return Invalid("the token is longer than 12 KiB");
  }
  const std::optional<std::vector<std::uint8_t>> blob = DecodeCloudStackBase64(token);
  if (!blob.has_value()) {
    return Invalid("neither a JWE nor base64");
  }
  if (blob->size() > kMaxBlobBytes) {
    return Invalid("the payload is larger than 8 KiB");
  }
  for (const std::shared_ptr<const TokenKey>& key : keys) {
    const std::optional<Opened> opened = Usable(*key, now) ? Open(*blob, *key) : std::nullopt;
    if (!opened.has_value()) {
      continue;
    }
    Judged<Grant> judged =
        ReadCloudStackClaims(opened->payload.Reveal(), opened->form, *key, now, rules);
    if (auto* const refusal = std::get_if<Refusal>(&judged)) {
      refusal->key_id = key->id;
    }
    return judged;
  }
  return Invalid("it was not sealed with a CloudStack key that is here");
}

bool KnowsExtra(const Grant& grant, std::string_view extra) {
  return grant.extra.Empty() || SameText(grant.extra.Reveal(), extra);
}

}  // namespace porthole::token

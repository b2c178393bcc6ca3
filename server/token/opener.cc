#include "token/opener.h"

#include "base/status.h"
#include "token/cloudstack_token.h"
#include "token/jwe.h"

#include <absl/status/statusor.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace porthole::token {
namespace {

Refusal Invalid(std::string detail, std::string key_id) {
  Refusal refusal = Refuse(EndReason::kTokenInvalid, std::move(detail));
  refusal.key_id = std::move(key_id);
  return refusal;
}

constexpr std::ptrdiff_t kDotsOfJwe = 4;

Judged<Grant> OpenJwe(std::string_view token,
                      const KeyRing& keys,
                      WallTime now,
                      const TokenRules& rules) {
  const absl::StatusOr<Jwe> jwe = ParseJwe(token);
  if (!jwe.ok()) {
    return Invalid(Message(jwe.status()), "");
  }
  const std::shared_ptr<const TokenKey> key = keys.Find(jwe->key_id);
  if (key == nullptr || key->profile != KeyProfile::kJwe) {
    return Invalid("no token key has this id", jwe->key_id);
  }
  const std::optional<WallTime>& end = key->not_after;
  if (end.has_value() && *end <= now) {
    return Invalid("the token key's time is over", jwe->key_id);
  }
  const absl::StatusOr<Secret> payload = DecryptJwe(*jwe, *key);
  if (!payload.ok()) {
    return Invalid(Message(payload.status()), jwe->key_id);
  }
  Judged<Grant> judged = ReadClaims(payload->Reveal(), now, rules);
  if (auto* const refusal = std::get_if<Refusal>(&judged)) {
    refusal->key_id = jwe->key_id;
  } else {
    std::get<Grant>(judged).key_id = jwe->key_id;
  }
  return judged;
}

}  // namespace

Judged<Grant> OpenToken(std::string_view token,
                        const KeyRing& keys,
                        WallTime now,
                        const TokenRules& rules) {
  if (token.empty()) {
    return Refuse(EndReason::kTokenMissing, "no token");
  }
  const std::shared_ptr<const KeyRing::Keys> cloudstack = keys.CloudStackKeys();
  if (cloudstack->empty() || std::ranges::count(token, '.') == kDotsOfJwe) {
    return OpenJwe(token, keys, now, rules);
  }
  return OpenCloudStackToken(token, *cloudstack, now, rules);
}

}  // namespace porthole::token

#pragma once

#include "base/clock.h"
#include "base/end_reason.h"
#include "token/claims.h"
#include "token/grant.h"
#include "token/key_ring.h"

#include <string_view>

namespace porthole::token {

// Opens `token` and reads it as a grant: a JWE (four dots) with the key of `keys` that it names,
// anything else as CloudStack's with the keys of that profile. Pure: it keeps
// nothing, and whether the token was used before is not its business. Thread-safe.
// Refusals: kTokenMissing when empty; kTokenInvalid with one sentence for all causes, the cause in
// the detail; kTokenExpired, kTokenNotYetValid and kForbidden once it proved authentic. Their
// key_id and token_id are set where they could be read. No refusal holds a part of the token.
Judged<Grant> OpenToken(std::string_view token,
                        const KeyRing& keys,
                        WallTime now,
                        const TokenRules& rules);

}  // namespace porthole::token

#pragma once

#include "base/clock.h"
#include "base/end_reason.h"
#include "token/claims.h"
#include "token/grant.h"
#include "token/token_key.h"

#include <cstdint>
#include <string_view>

namespace porthole::token {

// How a token of CloudStack's was encrypted: since 4.18.1, and before.
enum class TokenForm : std::uint8_t { kGcm, kLegacyCbc };

// Reads the payload (ConsoleProxyClientParam as JSON) of a token that `key` opened as a grant of
// `key`. The ticket must be of this minute, the one before, or the next within the clocks' skew.
// Members that are not known are ignored: CloudStack adds some with its versions.
// Refusals: kTokenInvalid, kTokenExpired, kTokenNotYetValid, kForbidden for Hyper-V's consoles. The
// refusal's token_id is set where it could be read.
Judged<Grant> ReadCloudStackClaims(std::string_view payload,
                                   TokenForm form,
                                   const TokenKey& key,
                                   WallTime now,
                                   const TokenRules& rules);

}  // namespace porthole::token

#pragma once

#include "base/clock.h"
#include "base/end_reason.h"
#include "token/grant.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::token {

// What a token must satisfy beside being authentic (design, section 4.1).
struct TokenRules {
  std::string audience = "porthole";
  std::vector<std::string> issuers;  // empty: any, also none
  std::chrono::seconds max_lifetime{600};
  std::chrono::seconds clock_skew{30};
};

// Reads an authentic `payload` as a grant; its key_id is the caller's to set. Everything is bounded
// and typed; a member of `console`, `console.tls`, `console.tunnel` or `policy` that is not known
// here refuses the token, because a restriction that is not understood must not be dropped; others
// are ignored. Refusals: kTokenInvalid (malformed, wrong audience or issuer, lives too long),
// kTokenExpired, kTokenNotYetValid. The refusal's token_id is set where it could be read.
Judged<Grant> ReadClaims(std::string_view payload, WallTime now, const TokenRules& rules);

}  // namespace porthole::token

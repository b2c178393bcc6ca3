#pragma once

#include "base/clock.h"
#include "base/end_reason.h"
#include "token/claims.h"
#include "token/grant.h"
#include "token/key_ring.h"

#include <string_view>

namespace porthole::token {

// Opens a token of CloudStack's console proxy (design, section 4.2) with the first of `keys` that
// can. Thread-safe.
// Refusals: as OpenToken(); kForbidden also for consoles that are no VNC (Hyper-V).
Judged<Grant> OpenCloudStackToken(std::string_view token,
                                  const KeyRing::Keys& keys,
                                  WallTime now,
                                  const TokenRules& rules);

// Whether `extra` is what the grant wants its viewer to know, in constant time; true where it wants
// nothing.
bool KnowsExtra(const Grant& grant, std::string_view extra);

}  // namespace porthole::token

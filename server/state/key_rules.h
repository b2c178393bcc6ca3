#pragma once

#include "token/token_key.h"

#include <optional>
#include <string>
#include <string_view>

namespace porthole::state {

// The rules of a key as one text: words with a space between them, empty for a key that has none.
// "check_source_address allow_legacy_cbc origin=https://cloud.example"
std::string TextOf(const token::CloudStackRules& rules);

// Reads what TextOf() made; nothing where it is anything else: a rule that is not understood must
// not be dropped.
std::optional<token::CloudStackRules> RulesOf(std::string_view text);

}  // namespace porthole::state

#include "state/key_rules.h"

#include <cstddef>

namespace porthole::state {
namespace {

constexpr std::string_view kCheckSourceAddress = "check_source_address";
constexpr std::string_view kAllowLegacyCbc = "allow_legacy_cbc";
constexpr std::string_view kOrigin = "origin=";

bool Read(std::string_view word, token::CloudStackRules& rules) {
  if (word == kCheckSourceAddress) {
    rules.check_source_address = true;
  } else if (word == kAllowLegacyCbc) {
    rules.allow_legacy_cbc = true;
  } else if (word.starts_with(kOrigin)) {
    rules.extra_origins.emplace_back(word.substr(kOrigin.size()));
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::string TextOf(const token::CloudStackRules& rules) {
  std::string text;
  const auto add = [&text](std::string_view word, std::string_view value = {}) {
    text.append(text.empty() ? "" : " ").append(word).append(value);
  };
  if (rules.check_source_address) {
    add(kCheckSourceAddress);
  }
  if (rules.allow_legacy_cbc) {
    add(kAllowLegacyCbc);
  }
  for (const std::string& origin : rules.extra_origins) {
    add(kOrigin, origin);
  }
  return text;
}

std::optional<token::CloudStackRules> RulesOf(std::string_view text) {
  token::CloudStackRules rules;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    if (!Read(text.substr(0, end), rules)) {
      return std::nullopt;
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return rules;
}

}  // namespace porthole::state

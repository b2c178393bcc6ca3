#include "net/target_rule.h"

#include "base/letter_case.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace porthole::net {
namespace {

// A name in its one spelling: the root's dot at its end changes nothing.
std::string Spelled(std::string_view name) {
  std::string lower = LowerCase(name);
  if (lower.ends_with('.')) {
    lower.pop_back();
  }
  return lower;
}

bool NameMatches(std::string_view rule, std::string_view host) {
  const std::string pattern = Spelled(rule);
  const std::string name = Spelled(host);
  if (pattern.starts_with("*.")) {
    return name.size() > pattern.size() - 1 && name.ends_with(pattern.substr(1));
  }
  return name == pattern;
}

}  // namespace

bool Speaks(const config::TargetRule& rule, const Target& target, const IpAddress* address) {
  if (!rule.schemes.empty() &&
      std::ranges::find(rule.schemes, target.scheme) == rule.schemes.end()) {
    return false;
  }
  if (target.port < rule.first_port || target.port > rule.last_port) {
    return false;
  }
  if (rule.prefix.has_value()) {
    return address != nullptr && rule.prefix->Contains(*address);
  }
  return rule.name.empty() || NameMatches(rule.name, target.host);
}

}  // namespace porthole::net

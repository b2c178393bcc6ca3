#include "net/target_rule.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace porthole::net {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  if (lower.ends_with('.')) {
    lower.pop_back();  // the root's dot: the same name
  }
  return lower;
}

bool NameMatches(std::string_view rule, std::string_view host) {
  const std::string pattern = Lower(rule);
  const std::string name = Lower(host);
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

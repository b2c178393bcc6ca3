#include "net/host_settings.h"

#include "base/ip_address.h"
#include "net/target_rule.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace porthole::net {
namespace {

// A rule on addresses speaks of targets that name one literally. What has no port is of every port.
bool SpeaksOf(const config::HostRule& rule, Target target) {
  if (target.port == 0) {
    target.port = rule.to.first_port;
  }
  const absl::StatusOr<IpAddress> literal = IpAddress::Parse(target.host);
  return Speaks(rule.to, target, literal.ok() ? &*literal : nullptr);
}

}  // namespace

void HostSettings::SetRules(config::Hosts rules) {
  auto fresh = std::make_shared<const config::Hosts>(std::move(rules));
  const std::lock_guard lock(mutex_);
  rules_ = std::move(fresh);
}

void HostSettings::SetTls(std::shared_ptr<const ClientTls> tls) {
  const std::lock_guard lock(mutex_);
  tls_ = std::move(tls);
}

std::vector<std::string> HostSettings::SecurityFor(const Target& target) const {
  std::shared_ptr<const config::Hosts> rules;
  {
    const std::lock_guard lock(mutex_);
    rules = rules_;
  }
  const auto rule = std::ranges::find_if(
      rules->rules, [&target](const config::HostRule& one) { return SpeaksOf(one, target); });
  return rule == rules->rules.end() ? rules->security : rule->security;
}

std::shared_ptr<const ClientTls> HostSettings::Tls() const {
  const std::lock_guard lock(mutex_);
  return tls_;
}

}  // namespace porthole::net

#include "config/fitting.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole::config {
namespace {

std::string Item(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

struct Endpoint {
  std::string key;
  IpAddress address;
  std::uint16_t port;
};

std::vector<Endpoint> EndpointsOf(const Configuration& configuration) {
  std::vector<Endpoint> endpoints;
  for (std::size_t i = 0; i < configuration.listeners.size(); ++i) {
    const Listener& listener = configuration.listeners[i];
    endpoints.push_back({Item("listeners", i), listener.address, listener.port});
  }
  if (configuration.control.tcp.has_value()) {
    const ControlTcp& tcp = *configuration.control.tcp;
    endpoints.push_back({"control.tcp", tcp.address, tcp.port});
  }
  endpoints.push_back({"admin", configuration.admin.address, configuration.admin.port});
  if (configuration.reverse.has_value()) {
    endpoints.push_back({"reverse", configuration.reverse->address, configuration.reverse->port});
  }
  return endpoints;
}

bool IsWildcard(const IpAddress& address) {
  return address == IpAddress() || address == IpAddress::V6({});
}

// Whether two endpoints cannot be bound at once: the same port of the same address, or of all
// addresses of its family.
bool Collide(const Endpoint& one, const Endpoint& other) {
  const bool same_family = one.address.IsV4() == other.address.IsV4();
  return one.port != 0 && one.port == other.port && same_family &&
         (one.address == other.address || IsWildcard(one.address) || IsWildcard(other.address));
}

// Metrics and errors know a certificate by its file.
void CheckCertificates(const std::string& section, const ListenerTls& tls, Problems& problems) {
  std::set<std::string_view> before = {tls.certificate_file};
  for (std::size_t i = 0; i < tls.more_certificates.size(); ++i) {
    const std::string& file = tls.more_certificates[i].certificate_file;
    if (!before.insert(file).second) {
      problems.Add(Item(section + ".more_certificates", i) + ".certificate_file",
                   Shown(file) + " stands there twice");
    }
  }
}

void CheckListeners(const std::vector<Listener>& listeners, Problems& problems) {
  if (listeners.empty()) {
    problems.Add("listeners", "must have at least one listener");
  }
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    if (const auto& tls = listeners[i].tls; tls.has_value()) {
      CheckCertificates(Item("listeners", i) + ".tls", *tls, problems);
    }
    const auto& proxies = listeners[i].proxies;
    if (proxies.has_value() && proxies->trusted.empty()) {
      problems.Add(Item("listeners", i) + ".proxies.trusted", "must have at least one range");
    }
  }
}

void CheckEndpoints(const Configuration& configuration, Problems& problems) {
  CheckListeners(configuration.listeners, problems);
  const std::vector<Endpoint> endpoints = EndpointsOf(configuration);
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (Collide(endpoints[i], endpoints[j])) {
        problems.Add(endpoints[i].key, "needs port " + std::to_string(endpoints[i].port) + " of " +
                                           endpoints[i].address.ToString() + ", as " +
                                           endpoints[j].key + " does");
        break;
      }
    }
  }
}

bool IsLoopback(const IpAddress& address) {
  static const IpPrefix kV4 = IpPrefix::Of(IpAddress::V4({127, 0, 0, 0}), 8);
  static const IpAddress kV6 = IpAddress::V6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  return kV4.Contains(address) || address == kV6;
}

void CheckControlTcp(const ControlTcp& tcp, Problems& problems) {
  const int files = (tcp.certificate_file.empty() ? 0 : 1) +
                    (tcp.private_key_file.empty() ? 0 : 1) + (tcp.client_ca_file.empty() ? 0 : 1);
  if (tcp.plaintext && files > 0) {
    problems.Add("control.tcp.plaintext", "is true, so that no certificate, key or CA has a use");
  } else if (!tcp.plaintext && files < 3) {
    problems.Add("control.tcp",
                 "needs certificate_file, private_key_file and client_ca_file, or plaintext: true");
  }
  if (tcp.plaintext && !IsLoopback(tcp.address)) {
    problems.Add("control.tcp.plaintext",
                 "is only for a loopback address, not " + tcp.address.ToString());
  }
}

void CheckControl(const Control& control, Problems& problems) {
  if (!control.tcp.has_value() && !control.unix_socket.has_value()) {
    problems.Add("control", "needs tcp or unix_socket; nobody could push a token key");
  }
  if (control.tcp.has_value()) {
    CheckControlTcp(*control.tcp, problems);
  }
  std::map<std::string_view, std::size_t> first;
  for (std::size_t i = 0; i < control.callers.size(); ++i) {
    const auto [before, is_new] = first.emplace(control.callers[i].name, i);
    if (is_new) {
      continue;
    }
    const bool same_role = control.callers[before->second].role == control.callers[i].role;
    problems.Add(Item("control.callers", i),
                 Shown(control.callers[i].name) + (same_role ? " stands" : " has another role") +
                     " in " + Item("control.callers", before->second) + " already");
  }
}

void CheckPolicy(const Policy& policy, Problems& problems) {
  if (policy.sharing.empty()) {
    problems.Add("policy.sharing", "must allow at least one of shared, exclusive or takeover");
    return;
  }
  const auto& allowed = policy.sharing;
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    const auto end = allowed.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(allowed.begin(), end, allowed[i]) != end) {
      problems.Add(Item("policy.sharing", i), "stands there twice");
    }
  }
  if (std::ranges::find(allowed, policy.default_sharing) == allowed.end()) {
    problems.Add("policy.default_sharing", "must be one of those in policy.sharing");
  }
}

void CheckRule(const std::string& item, const TargetRule& rule, Problems& problems) {
  if (rule.prefix.has_value() && !rule.name.empty()) {
    problems.Add(item, "has both prefix and name; write two rules");
  }
  if (rule.first_port > rule.last_port) {
    problems.Add(item + ".first_port", "must not be above last_port");
  }
}

void CheckRules(std::string_view list, const std::vector<TargetRule>& rules, Problems& problems) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    CheckRule(Item(list, i), rules[i], problems);
  }
}

void CheckSources(const std::vector<TargetSource>& sources, Problems& problems) {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::string item = Item("targets.sources", i);
    CheckRule(item + ".to", sources[i].to, problems);
    const std::optional<IpAddress>& ipv4 = sources[i].ipv4;
    const std::optional<IpAddress>& ipv6 = sources[i].ipv6;
    if (!ipv4.has_value() && !ipv6.has_value()) {
      problems.Add(item, "needs ipv4, ipv6 or both");
    }
    if (ipv4.has_value() && !ipv4->IsV4()) {
      problems.Add(item + ".ipv4", "is not an IPv4 address");
    }
    if (ipv6.has_value() && ipv6->IsV4()) {
      problems.Add(item + ".ipv6", "is not an IPv6 address");
    }
  }
}

void CheckTargets(const Targets& targets, Problems& problems) {
  CheckRules("targets.allow", targets.allow, problems);
  CheckRules("targets.deny", targets.deny, problems);
  CheckSources(targets.sources, problems);
  for (std::size_t i = 0; i < targets.proxies.size(); ++i) {
    CheckRule(Item("targets.proxies", i) + ".to", targets.proxies[i].to, problems);
  }
  if (!targets.unix_directory.empty() && !targets.unix_directory.starts_with('/')) {
    problems.Add("targets.unix_directory", "must be an absolute path");
  }
}

void CheckSecurity(const std::string& key,
                   const std::vector<std::string>& names,
                   Problems& problems) {
  if (names.empty()) {
    problems.Add(key, "must have at least one security type");
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(names.begin(), end, names[i]) != end) {
      problems.Add(Item(key, i), "stands there twice");
    }
  }
}

// Whoever sits between the node and a host could offer only the weakest type and collect passwords.
void CheckHosts(const Hosts& hosts, Problems& problems) {
  CheckSecurity("hosts.security", hosts.security, problems);
  const std::vector<std::string> everywhere = Hosts().security;
  for (std::size_t i = 0; i < hosts.security.size(); ++i) {
    if (std::ranges::find(everywhere, hosts.security[i]) == everywhere.end()) {
      problems.Add(Item("hosts.security", i),
                   hosts.security[i] + " is only for hosts that hosts.rules names");
    }
  }
  for (std::size_t i = 0; i < hosts.rules.size(); ++i) {
    const std::string item = Item("hosts.rules", i);
    CheckRule(item + ".to", hosts.rules[i].to, problems);
    CheckSecurity(item + ".security", hosts.rules[i].security, problems);
  }
  if (hosts.tls.certificate_file.empty() != hosts.tls.private_key_file.empty()) {
    problems.Add("hosts.tls", "needs both certificate_file and private_key_file, or neither");
  }
}

// Relative paths would depend on where the process was started.
void CheckState(const State& state, Problems& problems) {
  if (state.store != StoreKind::kEmbedded) {
    return;
  }
  for (const auto& [key, path] :
       {std::pair("state.state_dir", &state.state_dir),
        std::pair("state.key_encryption_key_file", &state.key_encryption_key_file)}) {
    if (!path->starts_with('/')) {
      problems.Add(key, "must be an absolute path");
    }
  }
}

}  // namespace

void CheckFitting(const Configuration& configuration, Problems& problems) {
  CheckEndpoints(configuration, problems);
  CheckControl(configuration.control, problems);
  CheckPolicy(configuration.policy, problems);
  CheckTargets(configuration.targets, problems);
  CheckHosts(configuration.hosts, problems);
  CheckState(configuration.state, problems);
  if (configuration.reverse.has_value() && configuration.reverse->sources.empty()) {
    problems.Add("reverse.sources", "must have at least one range; nobody could dial in");
  }
  if (configuration.timeouts.ping_after >= configuration.timeouts.viewer_dead_after) {
    problems.Add("timeouts.ping_after", "must be less than viewer_dead_after");
  }
}

}  // namespace porthole::config

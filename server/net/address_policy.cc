#include "net/address_policy.h"

#include "base/status.h"
#include "net/target_rule.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <ifaddrs.h>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace porthole::net {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 15> kDeniedPrefixes = {
    "0.0.0.0/8",          // unspecified: "this network"
    "127.0.0.0/8",        // loopback
    "169.254.0.0/16",     // link-local, and most clouds' metadata service
    "224.0.0.0/4",        // multicast
    "255.255.255.255",    // broadcast
    "100.100.100.200",    // metadata: Alibaba Cloud
    "168.63.129.16",      // metadata: Azure
    "::/128",             // unspecified
    "::1/128",            // loopback
    "fe80::/10",          // link-local
    "ff00::/8",           // multicast
    "fd00:ec2::254/128",  // metadata: AWS
    "fd20:ce::254/128",   // metadata: Google Cloud
    "64:ff9b:1::/48",     // local-use NAT64: what is behind it cannot be known
    "2002::/16",          // 6to4: an IPv4 address in disguise
};

const std::vector<IpPrefix>& DefaultDenied() {
  static const std::vector<IpPrefix> kPrefixes = [] {
    std::vector<IpPrefix> prefixes;
    prefixes.reserve(kDeniedPrefixes.size());
    for (const std::string_view text : kDeniedPrefixes) {
      prefixes.push_back(*IpPrefix::Parse(text));
    }
    return prefixes;
  }();
  return kPrefixes;
}

bool AnyContains(const std::vector<IpPrefix>& prefixes, const IpAddress& address) {
  return std::ranges::any_of(
      prefixes, [&address](const IpPrefix& prefix) { return prefix.Contains(address); });
}

std::vector<IpAddress> OwnAddresses() {
  std::vector<IpAddress> addresses;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) {
    return addresses;
  }
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) {
      continue;
    }
    if (entry->ifa_addr->sa_family == AF_INET) {
      sockaddr_in v4{};
      std::memcpy(&v4, entry->ifa_addr, sizeof(v4));
      std::array<std::uint8_t, 4> bytes{};
      std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
      addresses.push_back(IpAddress::V4(bytes));
    } else if (entry->ifa_addr->sa_family == AF_INET6) {
      sockaddr_in6 v6{};
      std::memcpy(&v6, entry->ifa_addr, sizeof(v6));
      std::array<std::uint8_t, 16> bytes{};
      std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
      addresses.push_back(IpAddress::V6(bytes));
    }
  }
  freeifaddrs(list);
  return addresses;
}

absl::Status Denied(const std::string& why) {
  return Error(absl::StatusCode::kPermissionDenied, why);
}

// An open file's name in this process; to follow it is to reach that very file.
std::string PathOf(const Descriptor& opened) {
  return "/proc/self/fd/" + std::to_string(opened.Number());
}

bool DeniedByDefault(const config::Targets& rules, const IpAddress& address) {
  return AnyContains(DefaultDenied(), address) && !AnyContains(rules.allow_denied, address);
}

// A deny rule counts on an address as it is dialled and as it is meant (behind NAT64); an allow
// rule only on the latter.
absl::Status CheckRules(const config::Targets& rules,
                        const Target& target,
                        const IpAddress* dialled) {
  const std::optional<IpAddress> real =
      dialled == nullptr ? std::nullopt : std::optional(dialled->WithoutNat64());
  const IpAddress* const address = real.has_value() ? &*real : nullptr;
  const auto denies = [&](const config::TargetRule& rule) {
    return Speaks(rule, target, address) || Speaks(rule, target, dialled);
  };
  if (std::ranges::any_of(rules.deny, denies)) {
    return Denied("targets.deny has a rule on " + Shown(target));
  }
  const auto speaks = [&](const config::TargetRule& rule) { return Speaks(rule, target, address); };
  if (rules.allow.empty() || std::ranges::any_of(rules.allow, speaks)) {
    return absl::OkStatus();
  }
  // A name may still be allowed by the addresses behind it.
  const bool by_address =
      address == nullptr &&
      std::ranges::any_of(rules.allow, [](const auto& rule) { return rule.prefix.has_value(); });
  return by_address ? absl::OkStatus() : Denied("targets.allow has no rule on " + Shown(target));
}

}  // namespace

AddressPolicy::AddressPolicy(config::Targets rules, std::vector<std::uint16_t> own_ports)
    : rules_(std::make_shared<const config::Targets>(std::move(rules))),
      own_ports_(std::move(own_ports)),
      own_addresses_(OwnAddresses()) {}

void AddressPolicy::SetRules(config::Targets rules) {
  auto fresh = std::make_shared<const config::Targets>(std::move(rules));
  const std::lock_guard lock(mutex_);
  rules_ = std::move(fresh);
}

AddressPolicy::Rules AddressPolicy::Current() const {
  const std::lock_guard lock(mutex_);
  return rules_;
}

bool AddressPolicy::IsOwnListener(const IpAddress& address, std::uint16_t port) const {
  // The unspecified address reaches the node itself, too.
  static const std::vector<IpPrefix> kSelf = {
      *IpPrefix::Parse("127.0.0.0/8"), *IpPrefix::Parse("0.0.0.0/8"), *IpPrefix::Parse("::/127")};
  return std::ranges::find(own_ports_, port) != own_ports_.end() &&
         (AnyContains(kSelf, address) ||
          std::ranges::find(own_addresses_, address) != own_addresses_.end());
}

absl::Status AddressPolicy::CheckTarget(const Target& target) const {
  const Rules rules = Current();
  if (std::ranges::find(rules->schemes, target.scheme) == rules->schemes.end()) {
    return Denied("the scheme " + std::string(Name(target.scheme)) + " is not enabled here");
  }
  if (target.scheme == TargetScheme::kReverse) {
    return absl::OkStatus();  // nothing is dialled
  }
  if (target.scheme == TargetScheme::kUnix) {
    return OpenUnixSocket(target.path).status();
  }
  const absl::StatusOr<IpAddress> literal = IpAddress::Parse(target.host);
  return literal.ok() ? CheckAddress(target, *literal) : CheckRules(*rules, target, nullptr);
}

absl::Status AddressPolicy::CheckAddress(const Target& target, const IpAddress& address) const {
  const IpAddress real = address.WithoutNat64();
  const Rules rules = Current();
  if (DeniedByDefault(*rules, address) || DeniedByDefault(*rules, real)) {
    return Denied("the address " + address.ToString() +
                  " is denied by default (loopback, link-local, multicast or metadata)");
  }
  if (IsOwnListener(real, target.port)) {
    return Denied(Shown(target) + " is this node's own listener");
  }
  return CheckRules(*rules, target, &address);
}

// What is judged is what was opened, and what was opened is what is dialled: no link that changes
// meanwhile comes in between.
absl::StatusOr<UnixSocket> AddressPolicy::OpenUnixSocket(const std::string& path) const {
  const Rules rules = Current();
  if (rules->unix_directory.empty()) {
    return Denied("unix targets are not enabled here (targets.unix_directory)");
  }
  std::error_code error;
  const fs::path root = fs::canonical(rules->unix_directory, error);
  if (error) {
    return Denied("targets.unix_directory: " + error.message());
  }
  Descriptor opened(::open(path.c_str(), O_PATH | O_CLOEXEC));
  const fs::path real = fs::read_symlink(PathOf(opened), error);
  const auto [root_end, rest] = std::ranges::mismatch(root, real);
  // A path outside must not even be told from a missing one.
  if (!opened.IsOpen() || error || root_end != root.end() || rest == real.end()) {
    return Denied("the path is not below targets.unix_directory");
  }
  return UnixSocket{.path = PathOf(opened), .opened = std::move(opened)};
}

std::optional<IpAddress> AddressPolicy::SourceFor(const Target& target,
                                                  const IpAddress& address) const {
  const IpAddress real = address.WithoutNat64();
  const Rules rules = Current();
  for (const config::TargetSource& source : rules->sources) {
    if (Speaks(source.to, target, &real)) {
      return address.IsV4() ? source.ipv4 : source.ipv6;
    }
  }
  return std::nullopt;
}

std::optional<Tunnel> AddressPolicy::ProxyFor(const Target& target) const {
  const absl::StatusOr<IpAddress> literal = IpAddress::Parse(target.host);
  const IpAddress* const address = literal.ok() ? &*literal : nullptr;
  const Rules rules = Current();
  for (const config::TargetProxy& proxy : rules->proxies) {
    if (Speaks(proxy.to, target, address)) {
      return proxy.tunnel;
    }
  }
  return std::nullopt;
}

}  // namespace porthole::net

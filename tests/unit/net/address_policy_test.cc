#include "net/address_policy.h"

#include "base/tunnel.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace porthole::net {
namespace {

constexpr std::uint16_t kOwnPort = 8443;

config::TargetRule Prefix(const std::string& prefix) {
  config::TargetRule rule;
  rule.prefix = *IpPrefix::Parse(prefix);
  return rule;
}

config::TargetRule Named(const std::string& name,
                         std::uint16_t first = 1,
                         std::uint16_t last = 65535) {
  config::TargetRule rule;
  rule.name = name;
  rule.first_port = first;
  rule.last_port = last;
  return rule;
}

bool Allows(const config::Targets& rules, const std::string& target) {
  const absl::Status status = AddressPolicy(rules, {kOwnPort}).CheckTarget(*ParseTarget(target));
  EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kPermissionDenied) << status;
  return status.ok();
}

// Whether `name`, resolved to `address`, may be dialled.
bool AllowsBehind(const config::Targets& rules,
                  const std::string& target,
                  const std::string& address) {
  const AddressPolicy policy(rules, {kOwnPort});
  return policy.CheckTarget(*ParseTarget(target)).ok() &&
         policy.CheckAddress(*ParseTarget(target), *IpAddress::Parse(address)).ok();
}

TEST(AddressPolicy, DeniesByDefaultWhateverTheSpelling) {
  for (const char* const address : {"127.0.0.1",
                                    "127.255.255.254",
                                    "0.0.0.0",
                                    "0.1.2.3",
                                    "169.254.169.254",
                                    "169.254.0.1",
                                    "224.0.0.1",
                                    "255.255.255.255",
                                    "100.100.100.200",
                                    "168.63.129.16",
                                    "::",
                                    "::1",
                                    "fe80::1",
                                    "ff02::1",
                                    "fd00:ec2::254",
                                    "fd20:ce::254",
                                    "::ffff:127.0.0.1",
                                    "::ffff:169.254.169.254",
                                    "64:ff9b::7f00:1",
                                    "64:ff9b::a9fe:a9fe",
                                    "64:ff9b:1::1",
                                    "2002:7f00:1::"}) {
    const bool v6 = std::string(address).find(':') != std::string::npos;
    const std::string host = v6 ? "[" + std::string(address) + "]" : address;
    EXPECT_FALSE(Allows({}, "tcp://" + host + ":5900")) << address;
    EXPECT_FALSE(AllowsBehind({}, "tcp://name.example:5900", address)) << address;
  }
  for (const char* const address :
       {"10.1.2.3", "192.0.2.1", "100.100.100.201", "2001:db8::1", "fd00::1", "64:ff9b::a01:203"}) {
    EXPECT_TRUE(AllowsBehind({}, "tcp://name.example:5900", address)) << address;
  }
}

TEST(AddressPolicy, ANameIsNeverStrongerThanItsAddress) {
  config::Targets rules;
  rules.allow = {Named("localhost"), Prefix("127.0.0.0/8")};
  EXPECT_FALSE(AllowsBehind(rules, "tcp://localhost:5900", "127.0.0.1"));
  rules.allow_denied = {*IpPrefix::Parse("127.0.0.0/8")};
  EXPECT_TRUE(AllowsBehind(rules, "tcp://localhost:5900", "127.0.0.1"));
  EXPECT_FALSE(AllowsBehind(rules, "tcp://localhost:5900", "::1"));
}

TEST(AddressPolicy, TheNodesOwnPortsAreNeverDialled) {
  config::Targets rules;
  rules.allow_denied = {*IpPrefix::Parse("0.0.0.0/0"), *IpPrefix::Parse("::/0")};
  for (const char* const host : {"127.0.0.1", "127.9.9.9", "0.0.0.0", "[::1]", "[::]",
                                 "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"}) {
    EXPECT_FALSE(Allows(rules, "tcp://" + std::string(host) + ":8443")) << host;
    EXPECT_TRUE(Allows(rules, "tcp://" + std::string(host) + ":5900")) << host;
  }
}

TEST(AddressPolicy, RulesHaveNamePortPrefixAndScheme) {
  config::Targets rules;
  rules.allow = {Named("*.kvm.example", 5900, 5999), Prefix("10.0.0.0/8"), Named("one.example")};
  rules.deny = {Named("bad.kvm.example"), Prefix("10.9.0.0/16")};
  EXPECT_TRUE(Allows(rules, "tcp://a.kvm.example:5900"));
  EXPECT_TRUE(Allows(rules, "tcp://A.KVM.example.:5900"));
  EXPECT_TRUE(AllowsBehind(rules, "tcp://a.b.kvm.example:5999", "192.0.2.1"));
  EXPECT_FALSE(AllowsBehind(rules, "tcp://a.kvm.example:6000", "192.0.2.1"));
  EXPECT_FALSE(AllowsBehind(rules, "tcp://kvm.example:5900", "192.0.2.1"));
  EXPECT_FALSE(AllowsBehind(rules, "tcp://evilkvm.example:5900", "192.0.2.1"));
  EXPECT_FALSE(Allows(rules, "tcp://bad.kvm.example:5900"));
  EXPECT_FALSE(Allows(rules, "tcp://BAD.kvm.example.:5900"));
  EXPECT_TRUE(Allows(rules, "tcp://10.1.2.3:1"));
  EXPECT_FALSE(Allows(rules, "tcp://10.9.2.3:1"));
  EXPECT_FALSE(AllowsBehind(rules, "tcp://one.example:5900", "10.9.0.1"));
  EXPECT_TRUE(AllowsBehind(rules, "tcp://other.example:5900", "10.1.0.1"));
  EXPECT_FALSE(AllowsBehind(rules, "tcp://other.example:5900", "192.0.2.1"));
  EXPECT_FALSE(Allows(rules, "tcp://192.0.2.1:5900"));
}

TEST(AddressPolicy, ADenyRuleCountsOnNat64AsDialledAndAsMeant) {
  config::Targets rules;
  rules.deny = {Prefix("64:ff9b::/96")};
  EXPECT_FALSE(Allows(rules, "tcp://[64:ff9b::a01:203]:5900"));
  rules.deny = {Prefix("10.0.0.0/8")};
  EXPECT_FALSE(Allows(rules, "tcp://[64:ff9b::a01:203]:5900"));
  rules.deny = {};
  rules.allow = {Prefix("10.0.0.0/8")};
  EXPECT_TRUE(Allows(rules, "tcp://[64:ff9b::a01:203]:5900"));
}

TEST(AddressPolicy, SchemesThatAreOffAreDenied) {
  for (const char* const target : {"raw+tcp://10.1.2.3:5900", "reverse:some-id", "unix:/x"}) {
    EXPECT_FALSE(Allows({}, target)) << target;
  }
  for (const char* const target : {"ws://10.1.2.3:5900/x", "wss://10.1.2.3:5900/x"}) {
    EXPECT_TRUE(Allows({}, target)) << target;
  }
  config::Targets rules;
  rules.schemes = {TargetScheme::kRawTcp, TargetScheme::kReverse};
  EXPECT_TRUE(Allows(rules, "raw+tcp://10.1.2.3:5900"));
  EXPECT_TRUE(Allows(rules, "reverse:some-id"));
  EXPECT_FALSE(Allows(rules, "tcp://10.1.2.3:5900"));
  EXPECT_FALSE(Allows(rules, "raw+tcp://127.0.0.1:5900"));
}

TEST(AddressPolicy, NoTicketIsToldWithARefusal) {
  config::Targets rules;
  rules.allow = {Named("other.example")};
  const absl::Status status = AddressPolicy(rules, {}).CheckTarget(
      *ParseTarget("wss://esxi-3.example:443/ticket/cst-abc123"));

  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(status.ToString().find("abc123"), std::string::npos) << status;
}

TEST(AddressPolicy, WhatWasJudgedIsWhatIsReachedWhateverTheLinkSaysNow) {
  const TempDirectory directory;
  namespace fs = std::filesystem;
  fs::create_directory(directory.At("vms"));
  static_cast<void>(directory.Write("vms/a.sock", ""));
  static_cast<void>(directory.Write("secret", ""));
  fs::create_symlink(directory.At("vms/a.sock"), directory.At("vms/link"));
  config::Targets rules;
  rules.unix_directory = directory.At("vms");
  const AddressPolicy policy(rules, {});
  const absl::StatusOr<UnixSocket> judged = policy.OpenUnixSocket(directory.At("vms/link"));
  ASSERT_TRUE(judged.ok());

  fs::remove(directory.At("vms/link"));
  fs::create_symlink(directory.At("secret"), directory.At("vms/link"));

  EXPECT_EQ(fs::read_symlink(judged->path), fs::canonical(directory.At("vms/a.sock")));
}

TEST(AddressPolicy, TheFirstProxyThatMatchesCounts) {
  config::Targets rules;
  rules.proxies = {{.to = Named("*.far.example"), .tunnel = *ParseTunnelUrl("http://one:3128")},
                   {.to = Prefix("10.9.0.0/16"), .tunnel = *ParseTunnelUrl("https://two")}};
  const AddressPolicy policy(rules, {});
  const auto proxy = [&policy](const std::string& target) {
    return policy.ProxyFor(*ParseTarget(target)).value_or(Tunnel()).host;
  };
  EXPECT_EQ(proxy("tcp://vm.far.example:5900"), "one");
  EXPECT_EQ(proxy("tcp://10.9.1.1:5900"), "two");
  EXPECT_EQ(proxy("tcp://10.8.1.1:5900"), "");
}

TEST(AddressPolicy, UnixPathsLieReallyBelowTheirDirectory) {
  const TempDirectory directory;
  namespace fs = std::filesystem;
  fs::create_directories(directory.At("vms/deep"));
  fs::create_directories(directory.At("vms-other"));
  for (const char* const file : {"vms/a.sock", "vms/deep/b.sock", "vms-other/c.sock", "d.sock"}) {
    static_cast<void>(directory.Write(file, ""));
  }
  fs::create_symlink(directory.At("d.sock"), directory.At("vms/out.sock"));
  fs::create_symlink(directory.At("vms-other"), directory.At("vms/link"));
  fs::create_symlink(directory.At("vms/a.sock"), directory.At("vms/in.sock"));
  fs::create_symlink(directory.At("vms"), directory.At("way-in"));
  config::Targets rules;
  rules.unix_directory = directory.At("vms/");
  const AddressPolicy policy(rules, {});
  const auto real = [&](const std::string& path) -> absl::StatusOr<std::string> {
    const absl::StatusOr<UnixSocket> opened = policy.OpenUnixSocket(directory.At(path));
    return opened.ok() ? absl::StatusOr<std::string>(fs::read_symlink(opened->path).string())
                       : opened.status();
  };
  const std::string root = fs::canonical(directory.At("vms")).string();
  EXPECT_EQ(*real("vms/a.sock"), root + "/a.sock");
  EXPECT_EQ(*real("vms/deep/../deep/b.sock"), root + "/deep/b.sock");
  EXPECT_EQ(*real("vms/in.sock"), root + "/a.sock");
  EXPECT_EQ(*real("way-in/a.sock"), root + "/a.sock");
  std::string said;
  for (const char* const path : {"vms", "vms/out.sock", "vms/link/c.sock", "vms/../d.sock",
                                 "vms-other/c.sock", "vms/nothing", "nothing"}) {
    const absl::Status status = real(path).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << path;
    // Nobody learns here what exists outside.
    EXPECT_TRUE(said.empty() || said == status.ToString()) << path;
    said = status.ToString();
  }
}

}  // namespace
}  // namespace porthole::net

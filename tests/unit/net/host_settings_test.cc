#include "net/host_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace porthole::net {
namespace {

using ::testing::ElementsAre;

config::Hosts Rules() {
  config::Hosts hosts;
  hosts.security = {"X509Vnc"};
  config::HostRule lab;
  lab.to.name = "*.lab.example";
  lab.security = {"TLSVnc"};
  config::HostRule range;
  range.to.prefix = *IpPrefix::Parse("10.1.0.0/16");
  range.security = {"ARD"};
  config::HostRule sockets;
  sockets.to.schemes = {TargetScheme::kUnix};
  sockets.to.first_port = 5900;
  sockets.security = {"None"};
  hosts.rules = {lab, range, sockets};
  return hosts;
}

std::vector<std::string> SecurityFor(const HostSettings& settings, const std::string& target) {
  return settings.SecurityFor(*ParseTarget(target));
}

TEST(HostSettings, TheFirstRuleThatSpeaksOfATargetCounts) {
  const HostSettings settings(Rules(), nullptr);

  EXPECT_THAT(SecurityFor(settings, "tcp://kvm-1.lab.example:5900"), ElementsAre("TLSVnc"));
  EXPECT_THAT(SecurityFor(settings, "tcp://10.1.2.3:5900"), ElementsAre("ARD"));
  EXPECT_THAT(SecurityFor(settings, "unix:/run/vnc.sock"), ElementsAre("None"));
}

TEST(HostSettings, WhatNoRuleSpeaksOfGetsTheGeneralOnes) {
  const HostSettings settings(Rules(), nullptr);

  for (const char* const target : {"tcp://lab.example:5900", "tcp://kvm-1.lab.example.net:5900",
                                   "tcp://10.2.0.1:5900", "tcp://10.1.2.3.example:5900"}) {
    EXPECT_THAT(SecurityFor(settings, target), ElementsAre("X509Vnc")) << target;
  }
}

TEST(HostSettings, TakesOtherRulesWhileItRuns) {
  HostSettings settings(Rules(), nullptr);
  config::Hosts fresh;
  fresh.security = {"None"};

  settings.SetRules(fresh);

  EXPECT_THAT(SecurityFor(settings, "tcp://10.1.2.3:5900"), ElementsAre("None"));
}

}  // namespace
}  // namespace porthole::net

#include "token/policy_claim.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole::token {
namespace {

using std::chrono::seconds;

PolicyWish Read(std::string_view text) {
  Fault fault;
  const boost::json::value policy = boost::json::parse({text.data(), text.size()});
  PolicyWish wish = ReadPolicy(policy.as_object(), fault);
  EXPECT_EQ(fault, "") << text;
  return wish;
}

std::string FaultOf(std::string_view text) {
  Fault fault;
  const boost::json::value policy = boost::json::parse({text.data(), text.size()});
  ReadPolicy(policy.as_object(), fault);
  return fault;
}

TEST(PolicyClaim, WishesNothingWhenEmpty) {
  const PolicyWish wish = Read("{}");

  EXPECT_FALSE(wish.view_only.has_value());
  EXPECT_FALSE(wish.clipboard.has_value());
  EXPECT_FALSE(wish.sharing.has_value());
  EXPECT_FALSE(wish.max_duration.has_value());
  EXPECT_FALSE(wish.idle_timeout.has_value());
  EXPECT_TRUE(wish.client_ip.empty());
}

TEST(PolicyClaim, ReadsEveryClipboard) {
  const std::vector<std::pair<std::string, std::pair<bool, bool>>> directions = {
      {"both", {true, true}},
      {"to_console", {true, false}},
      {"from_console", {false, true}},
      {"off", {false, false}}};
  for (const auto& [name, passes] : directions) {
    const PolicyWish wish = Read(R"({"clipboard":")" + name + "\"}");
    ASSERT_TRUE(wish.clipboard.has_value());
    EXPECT_EQ(wish.clipboard->to_console, passes.first) << name;
    EXPECT_EQ(wish.clipboard->from_console, passes.second) << name;
  }
}

TEST(PolicyClaim, ReadsEverySharing) {
  EXPECT_EQ(Read(R"({"sharing":"shared"})").sharing, SharingWish::kShared);
  EXPECT_EQ(Read(R"({"sharing":"exclusive"})").sharing, SharingWish::kExclusive);
  EXPECT_EQ(Read(R"({"sharing":"takeover"})").sharing, SharingWish::kTakeover);
}

TEST(PolicyClaim, ReadsTimesAddressesAndViewOnly) {
  const PolicyWish wish = Read(
      R"({"view_only":true,"max_duration_s":60,"idle_timeout_s":0,
          "client_ip":["203.0.113.7","2001:db8::/32","::ffff:192.0.2.0/120"]})");

  EXPECT_EQ(wish.view_only, true);
  EXPECT_EQ(wish.max_duration, seconds(60));
  EXPECT_EQ(wish.idle_timeout, seconds(0));
  ASSERT_EQ(wish.client_ip.size(), 3U);
  EXPECT_EQ(wish.client_ip[0].ToString(), "203.0.113.7/32");
  EXPECT_EQ(wish.client_ip[1].ToString(), "2001:db8::/32");
  EXPECT_EQ(wish.client_ip[2].ToString(), "192.0.2.0/24");
}

TEST(PolicyClaim, RefusesWhatItDoesNotUnderstand) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"view_only":"true"})", "policy.view_only must be true or false"},
      {R"({"view_only":null})", "policy.view_only must be true or false"},
      {R"({"clipboard":"none"})",
       "policy.clipboard must be one of both, to_console, from_console, off"},
      {R"({"clipboard":false})",
       "policy.clipboard must be one of both, to_console, from_console, off"},
      {R"({"sharing":"private"})", "policy.sharing must be one of shared, exclusive, takeover"},
      {R"({"max_duration_s":-1})",
       "policy.max_duration_s must be a whole number of seconds from 0 to 315360000"},
      {R"({"idle_timeout_s":"900"})",
       "policy.idle_timeout_s must be a whole number of seconds from 0 to 315360000"},
      {R"({"client_ip":[]})", "policy.client_ip must be a list of 1 to 64 strings"},
      {R"({"client_ip":"203.0.113.7"})", "policy.client_ip must be a list of 1 to 64 strings"},
      {R"({"client_ip":["203.0.113.7","localhost"]})",
       "policy.client_ip holds something that is no IP address or prefix"},
      {R"({"client_ip":["203.0.113.7/8"]})",
       "policy.client_ip holds something that is no IP address or prefix"},
      {R"({"record":true})", "policy.record is not a member that is known here"},
      {R"({"viewOnly":true})", "policy.viewOnly is not a member that is known here"}};
  for (const auto& [text, fault] : cases) {
    EXPECT_EQ(FaultOf(text), fault) << text;
  }
}

TEST(PolicyClaim, BoundsTheAddresses) {
  std::string list = "\"192.0.2.1\"";
  for (int i = 1; i < 64; ++i) {
    list += ",\"192.0.2.1\"";
  }
  EXPECT_EQ(FaultOf("{\"client_ip\":[" + list + "]}"), "");
  EXPECT_NE(FaultOf("{\"client_ip\":[" + list + ",\"192.0.2.1\"]}"), "");
}

}  // namespace
}  // namespace porthole::token

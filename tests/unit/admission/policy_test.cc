#include "admission/policy.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace porthole::admission {
namespace {

using config::Sharing;
using std::chrono::seconds;
using token::SharingWish;

const IpAddress kClient = IpAddress::V4({203, 0, 113, 7});

PolicyInForce Good(const config::Policy& node, const token::PolicyWish& wish) {
  const Judged<PolicyInForce> judged = Narrow(node, wish, kClient);
  if (const auto* const refusal = std::get_if<Refusal>(&judged)) {
    ADD_FAILURE() << refusal->detail;
    return {};
  }
  return std::get<PolicyInForce>(judged);
}

std::string Forbidden(const config::Policy& node, const token::PolicyWish& wish) {
  const Judged<PolicyInForce> judged = Narrow(node, wish, kClient);
  if (const auto* const refusal = std::get_if<Refusal>(&judged)) {
    EXPECT_EQ(refusal->reason, EndReason::kForbidden);
    EXPECT_LE(refusal->sentence.size(), 120U);
    return refusal->detail;
  }
  return "allowed";
}

TEST(Policy, IsTheNodesWhereTheTokenWishesNothing) {
  config::Policy node;
  node.view_only = true;
  node.clipboard.to_console = false;
  node.default_sharing = Sharing::kTakeover;
  node.takeover_by = config::TakeoverBy::kAny;
  node.takeover_before_dial = true;
  node.max_duration = seconds(100);
  node.idle_timeout = seconds(10);

  const PolicyInForce expected{.view_only = true,
                               .clipboard = {.to_console = false, .from_console = true},
                               .sharing = Sharing::kTakeover,
                               .takeover_by = config::TakeoverBy::kAny,
                               .takeover_before_dial = true,
                               .max_duration = seconds(100),
                               .idle_timeout = seconds(10)};
  EXPECT_EQ(Good(node, {}), expected);
}

TEST(Policy, IsViewOnlyWhenEitherSaysSo) {
  for (const auto& [of_node, of_wish] : std::vector<std::pair<bool, bool>>{
           {false, false}, {false, true}, {true, false}, {true, true}}) {
    config::Policy node;
    node.view_only = of_node;
    token::PolicyWish wish;
    wish.view_only = of_wish;
    EXPECT_EQ(Good(node, wish).view_only, of_node || of_wish);
  }
}

TEST(Policy, PassesTheClipboardOnlyWhereBothDo) {
  config::Policy node;
  token::PolicyWish wish;
  wish.clipboard = {.to_console = false, .from_console = true};
  EXPECT_EQ(Good(node, wish).clipboard, (config::Clipboard{false, true}));

  node.clipboard.to_console = false;
  wish.clipboard = {.to_console = true, .from_console = true};
  EXPECT_EQ(Good(node, wish).clipboard, (config::Clipboard{false, true}));
}

TEST(Policy, ClosesTheClipboardWhereEitherDoes) {
  token::PolicyWish to_console;
  to_console.clipboard = {.to_console = true, .from_console = false};
  EXPECT_EQ(Good({}, to_console).clipboard, (config::Clipboard{true, false}));
  config::Policy node;
  node.clipboard = {.to_console = false, .from_console = true};
  EXPECT_EQ(Good(node, to_console).clipboard, (config::Clipboard{false, false}));
}

TEST(Policy, SharesAsTheTokenWishesWhereTheNodeAllowsIt) {
  for (const auto& [wished, shared] :
       std::vector<std::pair<SharingWish, Sharing>>{{SharingWish::kShared, Sharing::kShared},
                                                    {SharingWish::kExclusive, Sharing::kExclusive},
                                                    {SharingWish::kTakeover, Sharing::kTakeover}}) {
    token::PolicyWish wish;
    wish.sharing = wished;
    EXPECT_EQ(Good({}, wish).sharing, shared);

    config::Policy only;
    only.sharing = {shared};
    EXPECT_EQ(Good(only, wish).sharing, shared);

    config::Policy others;
    std::erase(others.sharing, shared);
    EXPECT_EQ(Forbidden(others, wish), "policy.sharing is not among those that this node allows");
  }
}

TEST(Policy, TakesTheSmallerTime) {
  config::Policy node;
  node.max_duration = seconds(100);
  node.idle_timeout = seconds(100);
  token::PolicyWish wish;
  wish.max_duration = seconds(99);
  wish.idle_timeout = seconds(101);

  EXPECT_EQ(Good(node, wish).max_duration, seconds(99));
  EXPECT_EQ(Good(node, wish).idle_timeout, seconds(100));
}

TEST(Policy, ForbidsASessionWithoutTime) {
  token::PolicyWish wish;
  wish.max_duration = seconds(0);
  EXPECT_EQ(Forbidden({}, wish), "policy.max_duration_s leaves no time");
  wish = {};
  wish.idle_timeout = seconds(0);
  EXPECT_EQ(Forbidden({}, wish), "policy.idle_timeout_s leaves no time");
}

TEST(Policy, HoldsTheViewerToTheClientAddresses) {
  const auto from = [](std::string_view address, const std::vector<std::string>& allowed) {
    token::PolicyWish wish;
    for (const std::string& one : allowed) {
      wish.client_ip.push_back(IpPrefix::Parse(one).value());
    }
    const auto judged = Narrow({}, wish, IpAddress::Parse(address).value());
    return std::holds_alternative<PolicyInForce>(judged);
  };
  EXPECT_TRUE(from("203.0.113.7", {}));
  EXPECT_TRUE(from("203.0.113.7", {"203.0.113.7"}));
  EXPECT_TRUE(from("203.0.113.7", {"198.51.100.1", "203.0.113.0/24"}));
  EXPECT_TRUE(from("::ffff:203.0.113.7", {"203.0.113.7"}));
  EXPECT_TRUE(from("203.0.113.7", {"::ffff:203.0.113.0/120"}));
  EXPECT_TRUE(from("2001:db8::7", {"2001:db8::/32"}));

  EXPECT_FALSE(from("203.0.113.8", {"203.0.113.7"}));
  EXPECT_FALSE(from("2001:db8::7", {"203.0.113.7", "0.0.0.0/0"}));
  EXPECT_FALSE(from("203.0.113.7", {"::/0"}));
}

}  // namespace
}  // namespace porthole::admission

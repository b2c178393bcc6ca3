#include "base/selector.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace porthole {
namespace {

SessionNames Names() {
  return {.session_id = "session-1",
          .console_id = "console-1",
          .subject = "subject-1",
          .key_id = "key-1",
          .token_id = "token-1",
          .client_address = IpAddress::V4({192, 0, 2, 1}),
          .token_issued_at = {}};
}

Selector By(SelectorKind kind, std::string value) {
  return {.kind = kind, .value = std::move(value), .addresses = {}};
}

TEST(Selector, MatchesExactlyTheNameOfItsKind) {
  const std::vector<std::pair<SelectorKind, std::string>> names = {
      {SelectorKind::kSession, "session-1"},
      {SelectorKind::kConsole, "console-1"},
      {SelectorKind::kSubject, "subject-1"},
      {SelectorKind::kKey, "key-1"},
      {SelectorKind::kToken, "token-1"}};
  for (const auto& [kind, value] : names) {
    for (const auto& [other_kind, other_value] : names) {
      EXPECT_EQ(By(kind, other_value).Matches(Names()), kind == other_kind) << value << other_value;
    }
    EXPECT_FALSE(By(kind, value + "0").Matches(Names()));
    EXPECT_FALSE(By(kind, value.substr(1)).Matches(Names()));
    EXPECT_FALSE(By(kind, "").Matches(Names()));
  }
}

TEST(Selector, MatchesTheAddressesOfItsPrefix) {
  Selector selector = By(SelectorKind::kClientAddress, "");

  selector.addresses = IpPrefix::Parse("192.0.2.0/24").value();
  EXPECT_TRUE(selector.Matches(Names()));
  selector.addresses = IpPrefix::Parse("192.0.2.2").value();
  EXPECT_FALSE(selector.Matches(Names()));
}

TEST(Selector, OfAllMatchesAll) {
  EXPECT_TRUE(By(SelectorKind::kAll, "").Matches(Names()));
  EXPECT_TRUE(By(SelectorKind::kAll, "").Matches(SessionNames{}));
}

TEST(Selector, IsSpelledForTheLog) {
  EXPECT_EQ(ToString(By(SelectorKind::kConsole, "5b1f")), "console \"5b1f\"");
  EXPECT_EQ(ToString(By(SelectorKind::kAll, "")), "all");
  Selector selector = By(SelectorKind::kClientAddress, "");
  selector.addresses = IpPrefix::Parse("192.0.2.0/24").value();
  EXPECT_EQ(ToString(selector), "client_address 192.0.2.0/24");
}

}  // namespace
}  // namespace porthole

#include "tests/unit/token/fixture.h"
#include "token/claims.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace porthole::token {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The times of one token, in seconds after the clock's.
struct Times {
  std::int64_t issued = 0;
  std::int64_t expires = 60;
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out
  std::optional<std::int64_t> not_before = {};
};

Judged<Grant> ReadAt(const Times& times, milliseconds now, const TokenRules& rules = {}) {
  boost::json::object payload = GoodPayload();
  payload["iat"] = Now() + times.issued;
  payload["exp"] = Now() + times.expires;
  if (times.not_before.has_value()) {
    payload["nbf"] = Now() + *times.not_before;
  }
  return ReadClaims(Text(payload), WallTime(FakeClock::kStart) + now, rules);
}

bool Good(const Times& times, milliseconds now = {}, const TokenRules& rules = {}) {
  return std::holds_alternative<Grant>(ReadAt(times, now, rules));
}

TEST(ClaimsTime, IsGoodUntilItsEndAndTheSkew) {
  EXPECT_TRUE(Good({}, seconds(59)));
  EXPECT_TRUE(Good({}, seconds(60)));
  EXPECT_TRUE(Good({}, milliseconds(89'999)));
  EXPECT_EQ(DetailOf(ReadAt({}, seconds(90)), EndReason::kTokenExpired), "exp is over");
  EXPECT_EQ(DetailOf(ReadAt({}, seconds(100'000)), EndReason::kTokenExpired), "exp is over");
}

TEST(ClaimsTime, MayBeIssuedAheadByTheSkew) {
  EXPECT_TRUE(Good({.issued = 30, .expires = 90}));
  EXPECT_EQ(DetailOf(ReadAt({.issued = 31, .expires = 91}, {}), EndReason::kTokenNotYetValid),
            "iat is in the future");
  EXPECT_EQ(
      DetailOf(ReadAt({.issued = 100'000, .expires = 100'060}, {}), EndReason::kTokenNotYetValid),
      "iat is in the future");
}

TEST(ClaimsTime, HonoursNotBefore) {
  EXPECT_TRUE(Good({.not_before = 0}));
  EXPECT_TRUE(Good({.not_before = 30}));
  EXPECT_EQ(DetailOf(ReadAt({.not_before = 31}, {}), EndReason::kTokenNotYetValid),
            "nbf is in the future");
  EXPECT_TRUE(Good({.not_before = 45}, seconds(15)));
}

TEST(ClaimsTime, RefusesAnEndThatIsNotAfterItsBeginning) {
  EXPECT_EQ(DetailOf(ReadAt({.issued = 0, .expires = 0}, {}), EndReason::kTokenInvalid),
            "exp is not after iat");
  EXPECT_EQ(DetailOf(ReadAt({.issued = 10, .expires = 5}, {}), EndReason::kTokenInvalid),
            "exp is not after iat");
}

TEST(ClaimsTime, RefusesALifeThatIsTooLong) {
  EXPECT_TRUE(Good({.issued = 0, .expires = 600}));
  EXPECT_EQ(DetailOf(ReadAt({.issued = 0, .expires = 601}, {}), EndReason::kTokenInvalid),
            "exp is too long after iat");
  EXPECT_EQ(DetailOf(ReadAt({.issued = -86'400, .expires = 60}, {}), EndReason::kTokenInvalid),
            "exp is too long after iat");
}

// The latest end that any token can have: issued as far ahead as the skew allows, and as long as
// the rules allow.
TEST(ClaimsTime, NeverEndsLaterThanTheLongestLifeAndTheSkewFromNow) {
  EXPECT_TRUE(Good({.issued = 30, .expires = 630}));
  EXPECT_FALSE(Good({.issued = 30, .expires = 631}));
  EXPECT_FALSE(Good({.issued = 31, .expires = 631}));
}

TEST(ClaimsTime, FollowsTheRulesItIsGiven) {
  TokenRules strict;
  strict.max_lifetime = seconds(30);
  strict.clock_skew = seconds(0);
  EXPECT_TRUE(Good({.issued = 0, .expires = 30}, {}, strict));
  EXPECT_FALSE(Good({.issued = 0, .expires = 31}, {}, strict));
  EXPECT_FALSE(Good({.issued = 1, .expires = 30}, {}, strict));
  EXPECT_FALSE(Good({.issued = 0, .expires = 30}, seconds(30), strict));
}

TEST(ClaimsTime, RefusesTimesAtTheEdgesOfWhatANumberHolds) {
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{8'589'934'591}}) {
    boost::json::object payload = GoodPayload();
    payload["exp"] = time;
    EXPECT_TRUE(std::holds_alternative<Refusal>(ReadClaims(Text(payload), FakeClock::kStart, {})));
    payload["iat"] = time;
    EXPECT_TRUE(std::holds_alternative<Refusal>(ReadClaims(Text(payload), FakeClock::kStart, {})));
  }
}

}  // namespace
}  // namespace porthole::token

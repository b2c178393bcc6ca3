#include "state/used_tokens.h"

#include "tests/support/fake_clock.h"

#include <absl/status/status.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace porthole::state {
namespace {

using std::chrono::seconds;

constexpr WallTime kNow = FakeClock::kStart;

TEST(UsedTokens, KnowsASecondUse) {
  UsedTokens used;
  const TokenName name{.key_id = "k", .token_id = "t"};
  EXPECT_FALSE(used.Contains(name, kNow));

  EXPECT_EQ(used.Claim(name, kNow + seconds(60), kNow).value(), Claimed::kFirst);

  EXPECT_TRUE(used.Contains(name, kNow));
  EXPECT_EQ(used.Claim(name, kNow + seconds(60), kNow).value(), Claimed::kAlreadyUsed);
  EXPECT_EQ(used.Claim(name, kNow + seconds(90), kNow).value(), Claimed::kAlreadyUsed);
  EXPECT_EQ(used.Size(), 1U);
}

TEST(UsedTokens, TellsNamesApartWhereverTheirTextIsCut) {
  UsedTokens used;
  for (const TokenName& name :
       {TokenName{"k", "t"}, TokenName{"kt", ""}, TokenName{"", "kt"}, TokenName{"k", "T"},
        TokenName{"k2", "t"}, TokenName{"k", "2t"}, TokenName{"1:k", "t"}, TokenName{"", "1:kt"}}) {
    EXPECT_EQ(used.Claim(name, kNow + seconds(60), kNow).value(), Claimed::kFirst)
        << name.key_id << " " << name.token_id;
  }
}

TEST(UsedTokens, RemembersUntilTheVeryMomentAndForgetsThen) {
  UsedTokens used;
  const TokenName name{.key_id = "k", .token_id = "t"};
  ASSERT_TRUE(used.Claim(name, kNow + seconds(60), kNow).ok());

  const WallTime last = kNow + seconds(60) - std::chrono::nanoseconds(1);
  EXPECT_TRUE(used.Contains(name, last));
  EXPECT_EQ(used.Claim(name, kNow + seconds(90), last).value(), Claimed::kAlreadyUsed);

  EXPECT_FALSE(used.Contains(name, kNow + seconds(60)));
  EXPECT_EQ(used.Claim(name, kNow + seconds(90), kNow + seconds(60)).value(), Claimed::kFirst);
  EXPECT_EQ(used.Size(), 1U);
}

TEST(UsedTokens, NeverCallsAUseFirstThatItCannotRemember) {
  UsedTokens used;
  const TokenName name{.key_id = "k", .token_id = "t"};

  EXPECT_EQ(used.Claim(name, kNow, kNow).value(), Claimed::kAlreadyUsed);
  EXPECT_EQ(used.Claim(name, kNow - seconds(1), kNow).value(), Claimed::kAlreadyUsed);
  EXPECT_EQ(used.Size(), 0U);
}

TEST(UsedTokens, IsBoundedAndHasRoomAgainWhenSomeAreForgotten) {
  UsedTokens used(3);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(used.Claim({"k", std::to_string(i)}, kNow + seconds(60 + i), kNow).ok());
  }

  EXPECT_EQ(used.Claim({"k", "more"}, kNow + seconds(60), kNow).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(used.Claim({"k", "1"}, kNow + seconds(60), kNow).value(), Claimed::kAlreadyUsed);

  EXPECT_EQ(used.Claim({"k", "more"}, kNow + seconds(120), kNow + seconds(60)).value(),
            Claimed::kFirst);
  EXPECT_EQ(used.Size(), 3U);
}

TEST(UsedTokens, ForgetsAllThatIsOver) {
  UsedTokens used;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(used.Claim({"k", std::to_string(i)}, kNow + seconds(1 + (i % 7)), kNow).ok());
  }

  ASSERT_TRUE(used.Claim({"k", "last"}, kNow + seconds(60), kNow + seconds(7)).ok());

  EXPECT_EQ(used.Size(), 1U);
}

TEST(UsedTokens, TakesBackAUseAndForgetsItNotTwice) {
  UsedTokens used(2);
  const TokenName name{.key_id = "k", .token_id = "t"};
  ASSERT_TRUE(used.Claim(name, kNow + seconds(60), kNow).ok());
  ASSERT_TRUE(used.Claim({"k", "other"}, kNow + seconds(60), kNow).ok());

  used.Unclaim(UsedTokens::DigestOf(name));
  used.Unclaim(UsedTokens::DigestOf(name));

  EXPECT_FALSE(used.Contains(name, kNow));
  EXPECT_TRUE(used.Contains({"k", "other"}, kNow));
  EXPECT_EQ(used.Claim(name, kNow + seconds(90), kNow).value(), Claimed::kFirst);
  EXPECT_EQ(used.Claim({"k", "3"}, kNow + seconds(90), kNow + seconds(60)).value(),
            Claimed::kFirst);
  EXPECT_TRUE(used.Contains(name, kNow + seconds(60)));
  EXPECT_EQ(used.Size(), 2U);
}

}  // namespace
}  // namespace porthole::state

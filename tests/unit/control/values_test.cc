#include "control/convert.h"
#include "control/field.h"
#include "control/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace porthole::control {
namespace {

using std::chrono::seconds;

google::protobuf::Duration DurationOf(std::int64_t whole, std::int32_t nanos) {
  google::protobuf::Duration duration;
  duration.set_seconds(whole);
  duration.set_nanos(nanos);
  return duration;
}

TEST(Convert, NamesEveryEndReasonAsTheServerDoes) {
  ASSERT_EQ(v1::EndReason_descriptor()->value_count(), kEndReasonCount + 1);
  for (int i = 0; i < kEndReasonCount; ++i) {
    const auto reason = static_cast<EndReason>(i);
    std::string name(Name(reason));
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c == '_' ? c : std::toupper(c); });
    EXPECT_EQ(v1::EndReason_Name(ToProto(reason)), "END_REASON_" + name);
  }
}

TEST(Convert, RoundsTimesBeforeTheEpochDown) {
  const google::protobuf::Timestamp time = ToProto(WallTime(std::chrono::milliseconds(-1)));
  EXPECT_EQ(time.seconds(), -1);
  EXPECT_EQ(time.nanos(), 999'000'000);
}

TEST(Convert, MakesTextValidAndShort) {
  EXPECT_EQ(ValidText("ok", 10), "ok");
  EXPECT_EQ(ValidText("a\xC3", 10), "a\xEF\xBF\xBD");
  EXPECT_EQ(ValidText("ä\xED\xA0\x80", 100), "ä\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(ValidText("ääää", 5), "ää");
  EXPECT_EQ(ValidText("", 5), "");
}

TEST(Field, ReadsDurationsUpToTheirBounds) {
  const auto read = [](const google::protobuf::Duration& duration) {
    return ReadDuration("d", duration, seconds(1), seconds(60));
  };
  EXPECT_EQ(*read(DurationOf(1, 0)), seconds(1));
  EXPECT_EQ(*read(DurationOf(0, 1)), seconds(1));
  EXPECT_EQ(*read(DurationOf(60, 0)), seconds(60));
  for (const auto& bad : {DurationOf(0, 0), DurationOf(60, 1), DurationOf(-1, 0), DurationOf(0, -1),
                          DurationOf(5, -1), DurationOf(1, 1'000'000'000),
                          DurationOf(std::numeric_limits<std::int64_t>::max(), 999'999'999),
                          DurationOf(1, std::numeric_limits<std::int32_t>::min())}) {
    EXPECT_EQ(read(bad).status().code(), absl::StatusCode::kInvalidArgument)
        << bad.ShortDebugString();
  }
}

TEST(Field, ShowsOnlyShortTextWithoutControlCharacters) {
  EXPECT_TRUE(CheckShownText("f", std::string(120, 'x'), 120).ok());
  EXPECT_TRUE(CheckShownText("f", "größer", 120).ok());
  EXPECT_FALSE(CheckShownText("f", std::string(121, 'x'), 120).ok());
  EXPECT_FALSE(CheckShownText("f", "a\x1B[31m", 120).ok());
  EXPECT_FALSE(CheckShownText("f", std::string("a\0b", 3), 120).ok());
}

TEST(PageTokens, GiveBackThePositionOfTheirOwnListAndProcessOnly) {
  const PageTokens tokens("keys", "boot-1");
  const std::string token = tokens.After("k 1");

  EXPECT_EQ(*tokens.Position(token), "k 1");
  EXPECT_EQ(*tokens.Position(""), "");
  EXPECT_FALSE(PageTokens("blocks", "boot-1").Position(token).ok());
  EXPECT_FALSE(PageTokens("keys", "boot-2").Position(token).ok());
  EXPECT_FALSE(tokens.Position(token + "A").ok());
  EXPECT_FALSE(tokens.Position(tokens.After("")).ok());
}

TEST(PageSize, IsBounded) {
  EXPECT_EQ(*PageSize(0), 100U);
  EXPECT_EQ(*PageSize(7), 7U);
  EXPECT_EQ(*PageSize(std::numeric_limits<std::int32_t>::max()), 1000U);
  EXPECT_FALSE(PageSize(std::numeric_limits<std::int32_t>::min()).ok());
}

}  // namespace
}  // namespace porthole::control

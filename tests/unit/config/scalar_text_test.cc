#include "config/scalar_text.h"

#include <gtest/gtest.h>

namespace porthole::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(ParseCount, ReadsWholeNumbers) {
  EXPECT_EQ(ParseCount("0"), 0U);
  EXPECT_EQ(ParseCount("65535"), 65535U);
  EXPECT_EQ(ParseCount("4294967295"), 4294967295U);
}

TEST(ParseCount, TakesMoreThanItHoldsAsTheLargest) {
  EXPECT_EQ(ParseCount("4294967296"), 4294967295U);
  EXPECT_EQ(ParseCount("99999999999999999999999999"), 4294967295U);
}

TEST(ParseCount, RefusesEverythingElse) {
  for (const char* text : {"", "-1", "+1", "1.0", "1e3", "0x10", "010", "00", "1_000", " 1", "1 ",
                           "one", "1k", "\xD9\xA1"}) {
    EXPECT_EQ(ParseCount(text), std::nullopt) << text;
  }
}

TEST(ParseDuration, ReadsEveryUnit) {
  EXPECT_EQ(ParseDuration("500ms"), milliseconds(500));
  EXPECT_EQ(ParseDuration("30s"), seconds(30));
  EXPECT_EQ(ParseDuration("10m"), minutes(10));
  EXPECT_EQ(ParseDuration("8h"), hours(8));
  EXPECT_EQ(ParseDuration("0s"), seconds(0));
  EXPECT_EQ(ParseDuration("999999999h"), hours(999999999));
}

TEST(ParseDuration, RefusesEverythingElse) {
  for (const char* text : {"", "10", "s", "-1s", "1.5s", "1 s", "1S", "1d", "1h30m", "01s", "1ms ",
                           "9999999999h", "PT1S", "1us"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace porthole::config

#include "config/words.h"

#include "porthole/config/v1/config.pb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace porthole::config {
namespace {

TEST(Words, AreTheNamesWithoutPrefixAndTheWordsThatTheSchemaGives) {
  EXPECT_THAT(Words(*v1::Sharing_descriptor()),
              testing::ElementsAre("shared", "exclusive", "takeover"));
  EXPECT_THAT(Words(*v1::TakeoverBy_descriptor()), testing::ElementsAre("same_subject", "any"));
  EXPECT_THAT(Words(*v1::TargetScheme_descriptor()),
              testing::ElementsAre("tcp", "unix", "ws", "wss", "raw+tcp", "reverse"));
}

TEST(OneOf, ReadsAsASentence) {
  EXPECT_EQ(OneOf({"a"}), "a");
  EXPECT_EQ(OneOf({"a", "b"}), "one of a or b");
  EXPECT_EQ(OneOf({"a", "b", "c"}), "one of a, b or c");
}

TEST(DidYouMean, NamesTheNearestWord) {
  EXPECT_EQ(DidYouMean("sesions", {"sessions", "connections"}), "; did you mean \"sessions\"?");
  EXPECT_EQ(DidYouMean("LISTENERS", {"listeners"}), "");
  EXPECT_EQ(DidYouMean("dail", {"delay", "dial"}), "; did you mean \"dial\"?");
}

TEST(DidYouMean, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(DidYouMean("", {"a"}), "");
  EXPECT_EQ(DidYouMean("zz", {"on", "tcp"}), "");
  EXPECT_EQ(DidYouMean("completely_different", {"tcp", "callers"}), "");
  EXPECT_EQ(DidYouMean(std::string(100000, 'a'), {std::string(65, 'a')}), "");
}

}  // namespace
}  // namespace porthole::config

#include "rfb/wire.h"

#include "tests/support/bytes.h"
#include "tests/support/memory_stream.h"
#include "tests/support/run_until_idle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace porthole::rfb {
namespace {

using testing::AsString;
using testing::RunToEnd;
using testing::U32;

class Wire : public ::testing::Test {
 protected:
  boost::asio::io_context context_;
  testing::MemoryStreamPair pair_ = testing::MemoryStreamPair::Make(context_.get_executor());
};

TEST_F(Wire, ReadsExactlyWhatItNeedsHoweverItIsCut) {
  pair_.near->CutReads(1);
  pair_.far->Push("\x07" + U32(0xDEADBEEF) + "abcrest");
  std::array<std::uint8_t, 3> three{};

  EXPECT_EQ(RunToEnd(context_, ReadU8(*pair_.near)).value(), 7);
  EXPECT_EQ(RunToEnd(context_, ReadU32(*pair_.near)).value(), 0xDEADBEEF);
  EXPECT_TRUE(RunToEnd(context_, ReadExact(*pair_.near, three)).ok());

  EXPECT_EQ(AsString(three), "abc");
  EXPECT_EQ(AsString(pair_.near->Take()), "rest");
}

TEST_F(Wire, ReadsNothingForAnEmptyTarget) {
  EXPECT_TRUE(RunToEnd(context_, ReadExact(*pair_.near, {})).ok());
  EXPECT_EQ(pair_.near->Operations(), 0U);
}

TEST_F(Wire, ReadsATextUpToItsLimitAndCleansIt) {
  pair_.far->Push(U32(5) +
                  "a\tb\x01"
                  "c" +
                  U32(6));

  EXPECT_EQ(RunToEnd(context_, ReadText(*pair_.near, 5, "a name")).value(), "a bc");
  const auto long_one = RunToEnd(context_, ReadText(*pair_.near, 5, "a name"));

  EXPECT_EQ(long_one.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(long_one.status().ToString(), ::testing::HasSubstr("a name of 6 bytes"));
}

TEST_F(Wire, TellsTheEndFromALoss) {
  pair_.far->Push("ab");
  pair_.far->SendEof();
  EXPECT_EQ(RunToEnd(context_, ReadU32(*pair_.near)).status().code(),
            absl::StatusCode::kOutOfRange);

  pair_.far->Vanish();
  EXPECT_EQ(RunToEnd(context_, ReadU8(*pair_.near)).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(Wire, WritesOneByte) {
  EXPECT_TRUE(RunToEnd(context_, WriteU8(*pair_.near, 0xFE)).ok());

  EXPECT_EQ(AsString(pair_.far->Take()), "\xFE");
}

}  // namespace
}  // namespace porthole::rfb

#include "rfb/protocol_version.h"

#include "tests/support/bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace porthole::rfb {
namespace {

VersionMessage Message(std::string_view text) {
  VersionMessage message{};
  EXPECT_EQ(text.size(), message.size());
  std::ranges::copy(testing::AsBytes(text), message.begin());
  return message;
}

std::string AnswerTo(std::string_view text) {
  const auto version = AnswerToHost(Message(text));
  return version.ok() ? std::string(Name(*version)) : version.status().ToString();
}

TEST(ProtocolVersion, AnswersEveryHostOfTheDesign) {
  for (const char minor : std::string_view("0123456")) {
    EXPECT_EQ(AnswerTo("RFB 003.00" + std::string(1, minor) + "\n"), "3.3");
  }
  EXPECT_EQ(AnswerTo("RFB 003.007\n"), "3.7");
  for (const std::string_view text : {"RFB 003.008\n", "RFB 003.889\n", "RFB 004.000\n",
                                      "RFB 004.001\n", "RFB 005.000\n", "RFB 005.999\n"}) {
    EXPECT_EQ(AnswerTo(text), "3.8") << text;
  }
}

TEST(ProtocolVersion, NamesARepeater) {
  EXPECT_THAT(AnswerTo("RFB 000.000\n"), ::testing::HasSubstr("repeater"));
}

TEST(ProtocolVersion, RefusesEveryOtherHost) {
  for (const std::string_view text :
       {"RFB 003.009\n", "RFB 003.888\n", "RFB 002.002\n", "RFB 006.000\n", "RFB 000.003\n",
        "RFB 003.008\r", "RFB 003,008\n", "RFB  03.008\n", "RFB 003.0x8\n", "RFB 00:.008\n",
        "RFB -03.008\n", "rfb 003.008\n", "SSH-2.0-OpenS"}) {
    const auto version = AnswerToHost(Message(text.substr(0, 12)));
    EXPECT_EQ(version.status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ProtocolVersion, TakesOnlyThreeVersionsFromAViewer) {
  EXPECT_EQ(*ChosenByViewer(Message("RFB 003.003\n")), ProtocolVersion::k33);
  EXPECT_EQ(*ChosenByViewer(Message("RFB 003.007\n")), ProtocolVersion::k37);
  EXPECT_EQ(*ChosenByViewer(Message("RFB 003.008\n")), ProtocolVersion::k38);
  for (const std::string_view text : {"RFB 003.005\n", "RFB 003.889\n", "RFB 004.000\n",
                                      "RFB 000.000\n", "RFB 003.008\0", "GET / HTTP/1"}) {
    const auto version = ChosenByViewer(Message(std::string(text).append(1, '\0').substr(0, 12)));
    EXPECT_EQ(version.status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ProtocolVersion, AnnouncesTwelveBytes) {
  EXPECT_EQ(testing::AsString(Announce(ProtocolVersion::k33)), "RFB 003.003\n");
  EXPECT_EQ(testing::AsString(Announce(ProtocolVersion::k37)), "RFB 003.007\n");
  EXPECT_EQ(testing::AsString(Announce(ProtocolVersion::k38)), "RFB 003.008\n");
}

TEST(ProtocolVersion, KnowsABeginningByEachOfItsBytes) {
  EXPECT_TRUE(BeginsVersion(testing::AsBytes("RFB 003")));
  EXPECT_TRUE(BeginsVersion(testing::AsBytes("R")));
  EXPECT_TRUE(BeginsVersion({}));
  for (const std::string_view text : {"XFB ", "RXB ", "RFX ", "RFBX", "HTTP"}) {
    EXPECT_FALSE(BeginsVersion(testing::AsBytes(text))) << text;
  }
}

}  // namespace
}  // namespace porthole::rfb

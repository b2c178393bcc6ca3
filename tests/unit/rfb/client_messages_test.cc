#include "rfb/client_messages.h"

#include "tests/unit/rfb/client_messages_run.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace porthole::rfb {
namespace {

using testing::AsBytes;
using testing::AsString;

constexpr Restrictions kNone;
constexpr int kMessagesOfMixed = 17;

// Every message that there is, texts and lists of several lengths; the mouse extended half-way.
std::string Mixed() {
  return SetPixelFormat() + SetEncodings({7, 0, -223}) + UpdateRequest() + KeyEvent() +
         PointerEvent(0x80) + SetEncodings({}) + SetEncodings({16, -316, 5}) +
         ExtendedPointerEvent() + PointerEvent(0x7F) + CutText("text") + CutText("") +
         ExtendedCutText("zipped") + ContinuousUpdates() + Fence("pay") + Xvp() +
         SetDesktopSize(2) + QemuKey();
}

TEST(ClientMessages, CountsAndPassesEveryMessage) {
  const Parsed parsed = Parse(kNone, Mixed());

  EXPECT_EQ(parsed, (Parsed{absl::OkStatus(), Mixed(), kMessagesOfMixed, true, false}));
}

TEST(ClientMessages, DoesTheSameAtEveryCut) {
  const std::string stream = Mixed();
  const Parsed whole = Parse(kNone, stream);
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      ASSERT_EQ(ParseCut(kNone, stream, first, second), whole) << first << " " << second;
    }
  }
  for (std::size_t size = 1; size < 20; ++size) {
    ASSERT_EQ(ParseInPieces(kNone, stream, size), whole) << size;
  }
}

TEST(ClientMessages, PassesTheVerySpanWhereNothingRestricts) {
  const std::string stream = Mixed();
  ClientMessages messages(kNone);

  const auto passed = messages.Feed(AsBytes(stream));

  EXPECT_EQ(static_cast<const void*>(passed->data()), stream.data());
  EXPECT_EQ(passed->size(), stream.size());
}

TEST(ClientMessages, TakesOnlyInputForInput) {
  for (const std::string& input :
       {KeyEvent(), PointerEvent(0), CutText(""), ExtendedCutText("x"), QemuKey()}) {
    EXPECT_TRUE(Parse(kNone, input).input) << int{input[0]};
    EXPECT_TRUE(Parse({.view_only = true}, input).input) << int{input[0]};
  }
  for (const std::string& other : {SetPixelFormat(), SetEncodings({1}), UpdateRequest(),
                                   ContinuousUpdates(), Fence("x"), Xvp(), SetDesktopSize(1)}) {
    EXPECT_FALSE(Parse(kNone, other).input) << int{other[0]};
  }
}

TEST(ClientMessages, ForgetsInputOnceItWasAskedFor) {
  const std::string key = KeyEvent();
  const std::string request = UpdateRequest();
  ClientMessages messages(kNone);
  ASSERT_TRUE(messages.Feed(AsBytes(key)).ok());

  EXPECT_TRUE(messages.TookInput());
  EXPECT_FALSE(messages.TookInput());
  ASSERT_TRUE(messages.Feed(AsBytes(request)).ok());
  EXPECT_FALSE(messages.TookInput());
}

TEST(ClientMessages, OnlyPassesBytesAfterAnUnknownType) {
  const std::string known = UpdateRequest();
  ClientMessages messages(kNone);
  ASSERT_TRUE(messages.Feed(AsBytes(known)).ok());
  ASSERT_FALSE(messages.Raw());

  const std::string stream = known + "c" + known;
  EXPECT_EQ(AsString(*messages.Feed(AsBytes(stream))), stream);
  EXPECT_TRUE(messages.Raw());
  EXPECT_TRUE(messages.TookInput());
  EXPECT_EQ(messages.Messages(), 2U);

  EXPECT_EQ(AsString(*messages.Feed(AsBytes("\x02"))), "\x02");
  EXPECT_TRUE(messages.TookInput());
  EXPECT_TRUE(messages.Feed({}).ok());
  EXPECT_FALSE(messages.TookInput());
}

TEST(ClientMessages, TakesAnUnknownQemuMessageForAnUnknownTypeAtEveryCut) {
  const std::string stream = KeyEvent() + "\xFF\x01" + UpdateRequest();
  const Parsed expected{absl::OkStatus(), stream, 1, true, true};
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    EXPECT_EQ(ParseCut(kNone, stream, cut, stream.size()), expected) << cut;
  }
}

TEST(ClientMessages, ListensToTheLastSetEncodingsForTheLengthOfPointerEvents) {
  const std::string with = SetEncodings({-316});
  const std::string without = SetEncodings({0});

  EXPECT_EQ(Parse(kNone, PointerEvent(0x80) + UpdateRequest()).messages, 2U);
  EXPECT_EQ(Parse(kNone, with + ExtendedPointerEvent() + UpdateRequest()).messages, 3U);
  EXPECT_EQ(Parse(kNone, with + without + PointerEvent(0x80) + UpdateRequest()).messages, 4U);
}

TEST(ClientMessages, TakesNoEncodingFromTwoHalves) {
  // FF FF FE C4 stands across the border of two encodings.
  const std::string stream = SetEncodings({0x0000FFFF, static_cast<std::int32_t>(0xFEC40000)}) +
                             PointerEvent(0x80) + UpdateRequest();

  EXPECT_EQ(Parse(kNone, stream).messages, 3U);
}

TEST(ClientMessages, RefusesWhatIsTooLong) {
  const std::string text = testing::U32(0x06000000) + testing::U32(kMaxCutText + 1);
  const std::string fence = testing::U8(248) + std::string(7, '\0') + testing::U8(65);
  for (const Restrictions restrictions : {kNone, Restrictions{.view_only = true}}) {
    EXPECT_EQ(Parse(restrictions, text).status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(Parse(restrictions, fence).status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ParseInPieces(restrictions, fence, 1).status.code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(ClientMessages, StaysBrokenAfterAnError) {
  ClientMessages messages(kNone);
  const std::string text = testing::U32(0x06000000) + testing::U32(0x7FFFFFFF);
  const std::string request = UpdateRequest();
  ASSERT_FALSE(messages.Feed(AsBytes(text)).ok());

  EXPECT_EQ(messages.Feed(AsBytes(request)).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ClientMessages, FollowsTheLongestListAndText) {
  const std::string list =
      testing::U16(0x0200) + testing::U16(65535) + std::string(4 * 65535, '\0');
  const std::string stream = list + CutText(std::string(300000, 'x')) + KeyEvent();

  EXPECT_EQ(Parse(kNone, stream).messages, 3U);
  EXPECT_EQ(ParseInPieces(kNone, stream, 4096).messages, 3U);
}

}  // namespace
}  // namespace porthole::rfb

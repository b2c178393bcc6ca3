#include "rfb/client_messages.h"
#include "rfb/clipboard.h"
#include "tests/unit/rfb/client_messages_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace porthole::rfb {
namespace {

using absl::StatusCode;
using testing::AsBytes;
using testing::AsString;

constexpr Restrictions kNone;
constexpr Restrictions kViewOnly{.view_only = true};
constexpr Restrictions kNoClipboard{.clipboard_to_console = false};
constexpr std::uint64_t kMessagesOfMixed = 13;

std::string Mixed() {
  return SetPixelFormat() + KeyEvent() + SetEncodings({7, -316, -223, -316}) + UpdateRequest() +
         CutText("text") + PointerEvent(1) + ExtendedCutText("zipped") + ContinuousUpdates() +
         QemuKey() + Fence("pay") + Xvp() + SetDesktopSize(2) + Fence("");
}
std::string MixedForViewOnly() {
  return SetPixelFormat() + SetEncodings({7, -223}) + UpdateRequest() + ContinuousUpdates() +
         Fence("pay") + Fence("");
}
std::string MixedWithoutClipboard() {
  return SetPixelFormat() + KeyEvent() + SetEncodings({7, -223}) + UpdateRequest() +
         PointerEvent(1) + ContinuousUpdates() + QemuKey() + Fence("pay") + Xvp() +
         SetDesktopSize(2) + Fence("");
}

void ExpectAtEveryCut(Restrictions restrictions, std::string_view stream, const Parsed& expected) {
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      ASSERT_EQ(ParseCut(restrictions, stream, first, second), expected) << first << " " << second;
    }
  }
  for (std::size_t size = 1; size < 20; ++size) {
    ASSERT_EQ(ParseInPieces(restrictions, stream, size), expected) << size;
  }
}

TEST(RestrictedMessages, ViewOnlyPassesWhatAsksForPicturesAtEveryCut) {
  ExpectAtEveryCut(kViewOnly, Mixed(),
                   {absl::OkStatus(), MixedForViewOnly(), kMessagesOfMixed, true, false});
}

TEST(RestrictedMessages, AClosedClipboardStopsOnlyTextAtEveryCut) {
  ExpectAtEveryCut(kNoClipboard, Mixed(),
                   {absl::OkStatus(), MixedWithoutClipboard(), kMessagesOfMixed, true, false});
}

TEST(RestrictedMessages, BothRestrictionsAreViewOnly) {
  EXPECT_EQ(Parse({.view_only = true, .clipboard_to_console = false}, Mixed()).passed,
            MixedForViewOnly());
}

TEST(RestrictedMessages, AnUnknownTypeEndsTheSessionAtEveryCut) {
  for (const std::string& unknown : {std::string("c"), std::string("\xFF\x01")}) {
    const std::string stream = UpdateRequest() + unknown + KeyEvent();
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      const Parsed parsed = ParseCut(kViewOnly, stream, cut, stream.size());
      EXPECT_EQ(parsed.status.code(), StatusCode::kInvalidArgument) << cut;
      EXPECT_FALSE(parsed.raw);
      EXPECT_TRUE(UpdateRequest().starts_with(parsed.passed));
    }
  }
}

TEST(RestrictedMessages, APointerEventWithBit7EndsTheSessionAtEveryCut) {
  const std::string stream = SetEncodings({-316}) + ExtendedPointerEvent();
  for (const Restrictions restrictions : {kViewOnly, kNoClipboard}) {
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      const Parsed parsed = ParseCut(restrictions, stream, cut, stream.size());
      EXPECT_EQ(parsed.status.code(), StatusCode::kInvalidArgument) << cut;
    }
  }
}

TEST(RestrictedMessages, BoundsTheEncodingsItHolds) {
  const std::string longest =
      testing::U16(0x0200) + testing::U16(1024) + std::string(std::size_t{4} * 1024, '\x01');
  const std::string longer = testing::U16(0x0200) + testing::U16(1025);

  EXPECT_EQ(Parse(kViewOnly, longest).passed, longest);
  EXPECT_EQ(Parse(kViewOnly, longer).status.code(), StatusCode::kInvalidArgument);
}

TEST(RestrictedMessages, PassesNothingOfAMessageThatIsNotComplete) {
  ClientMessages messages(kViewOnly);
  const std::string encodings = SetEncodings({1, 2});

  EXPECT_EQ(AsString(*messages.Feed(AsBytes(encodings).first(11))), "");
  EXPECT_EQ(AsString(*messages.Feed(AsBytes(encodings).subspan(11))), encodings);
}

// Feeds `before`, changes the restrictions, feeds `after`; gives all that passed.
std::string PassAcross(Restrictions first,
                       Restrictions second,
                       std::string_view before,
                       std::string_view after) {
  ClientMessages messages(first);
  const std::string passed = AsString(*messages.Feed(AsBytes(before)));
  EXPECT_TRUE(messages.Restrict(second).ok());
  const auto rest = messages.Feed(AsBytes(after));
  EXPECT_TRUE(rest.ok()) << rest.status();
  return passed + (rest.ok() ? AsString(*rest) : "");
}

TEST(Restricting, BeginsWithTheNextMessageAtEveryCut) {
  const std::string stream = CutText("one") + CutText("two") + UpdateRequest();
  const std::size_t one = CutText("one").size();
  for (std::size_t cut = 0; cut <= 2 * one; ++cut) {
    // A message that the host saw the beginning of is passed to its end.
    const std::size_t whole = (cut + one - 1) / one * one;
    EXPECT_EQ(PassAcross(kNone, kViewOnly, stream.substr(0, cut), stream.substr(cut)),
              stream.substr(0, whole) + UpdateRequest())
        << cut;
  }
}

TEST(Restricting, IsLiftedWithTheNextMessageAtEveryCut) {
  const std::string stream = CutText("one") + CutText("two") + SetEncodings({-316, 1});
  const std::size_t one = CutText("one").size();
  for (std::size_t cut = 0; cut <= 2 * one; ++cut) {
    // Of a message whose length is not known yet nothing was dropped.
    const bool held = cut % one < kCutTextHead;
    const std::size_t whole = (held ? cut : cut + one - 1) / one * one;
    EXPECT_EQ(PassAcross(kViewOnly, kNone, stream.substr(0, cut), stream.substr(cut)),
              stream.substr(whole))
        << cut;
  }
}

TEST(Restricting, OfALiftedSessionStillPassesUnknownTypesInOrder) {
  const std::string stream = KeyEvent() + "\xFF\x01" + "tail";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    ClientMessages messages(kViewOnly);
    ASSERT_TRUE(messages.Restrict(kNone).ok());
    std::string passed = AsString(*messages.Feed(AsBytes(stream).first(cut)));
    passed += AsString(*messages.Feed(AsBytes(stream).subspan(cut)));
    EXPECT_EQ(passed, stream) << cut;
    EXPECT_TRUE(messages.Raw());
  }
}

TEST(Restricting, IsImpossibleAfterAnUnknownType) {
  ClientMessages messages(kNone);
  ASSERT_TRUE(messages.Feed(AsBytes("c")).ok());

  EXPECT_EQ(messages.Restrict(kViewOnly).code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(messages.Restrict(kNone).ok());
}

TEST(Restricting, IsImpossibleAfterAPointerEventWithBit7) {
  const std::string stream = SetEncodings({-316}) + ExtendedPointerEvent();
  ClientMessages messages(kNone);
  ASSERT_TRUE(messages.Feed(AsBytes(stream)).ok());

  EXPECT_EQ(messages.Restrict(kViewOnly).code(), StatusCode::kFailedPrecondition);
}

TEST(Restricting, DropsExtendedPointerEventsOfAViewOnlySessionThatMayHaveThem) {
  const std::string tail = ExtendedPointerEvent() + UpdateRequest();

  EXPECT_EQ(PassAcross(kNone, kViewOnly, SetEncodings({-316}), tail),
            SetEncodings({-316}) + UpdateRequest());
}

TEST(Restricting, RefusesThemWhereTheyWouldPass) {
  const std::string encodings = SetEncodings({-316});
  const std::string pointer = ExtendedPointerEvent();
  ClientMessages messages(kNone);
  ASSERT_TRUE(messages.Feed(AsBytes(encodings)).ok());
  ASSERT_TRUE(messages.Restrict(kNoClipboard).ok());

  EXPECT_EQ(messages.Feed(AsBytes(pointer)).status().code(), StatusCode::kInvalidArgument);
}

// The message began before the restriction, but what it is shows only after it.
TEST(Restricting, CountsForAMessageWhoseTypeIsStillOpen) {
  for (const std::string_view head : {"\xFF\x01", "\x05\x80"}) {
    ClientMessages messages(kNone);
    ASSERT_TRUE(messages.Feed(AsBytes(head).first(1)).ok());
    ASSERT_TRUE(messages.Restrict(kViewOnly).ok());

    EXPECT_EQ(messages.Feed(AsBytes(head).subspan(1)).status().code(),
              StatusCode::kInvalidArgument);
    EXPECT_FALSE(messages.Raw());
  }
}

}  // namespace
}  // namespace porthole::rfb

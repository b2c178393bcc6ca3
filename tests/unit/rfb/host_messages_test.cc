#include "rfb/host_messages.h"

#include "tests/unit/rfb/host_messages_run.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace porthole::rfb {
namespace {

using absl::StatusCode;

constexpr Restrictions kOff{.clipboard_to_console = false, .clipboard_from_console = false};
constexpr Restrictions kToConsole{.clipboard_from_console = false};
constexpr Restrictions kOpen;

constexpr std::uint32_t kCaps = 0x01000001;
constexpr std::uint32_t kRequest = 0x02000001;
constexpr std::uint32_t kPeek = 0x04000000;
constexpr std::uint32_t kNotify = 0x08000001;
constexpr std::uint32_t kProvide = 0x10000001;

std::string Pictures() {
  return Update({Rect(kRaw, 3, 2, std::string(24, '\x03')), Rect(kCopyRect, 9, 9, "\x03zyx")}) +
         Bell() + ColourMap(2) + Update({}) + EndOfContinuousUpdates() + ServerFence("pay") +
         ServerFence("") + ServerXvp();
}

// Every message that the follower knows, clipboard texts between them.
std::string Mixed() {
  return ServerCutText("secret") + Pictures() + ServerCutText("") +
         ServerExtendedCutText(kProvide, "zipped secret") + Bell() + ServerCutText("again") +
         Pictures();
}
std::string MixedWithoutTexts() {
  return Pictures() + Bell() + Pictures();
}

TEST(HostMessages, DropClipboardTextsAtEveryCut) {
  const std::string stream = Mixed();
  for (const Restrictions restrictions : {kOff, kToConsole}) {
    const Followed expected{absl::OkStatus(), MixedWithoutTexts()};
    for (std::size_t first = 0; first <= stream.size(); ++first) {
      for (std::size_t second = first; second <= stream.size(); second += 29) {
        HostMessages messages(restrictions, {});
        Followed followed;
        FeedPiece(messages, std::string_view(stream).substr(0, first), followed);
        FeedPiece(messages, std::string_view(stream).substr(first, second - first), followed);
        FeedPiece(messages, std::string_view(stream).substr(second), followed);
        ASSERT_EQ(followed, expected) << first << " " << second;
      }
    }
    for (std::size_t piece = 1; piece < 40; ++piece) {
      ASSERT_EQ(Follow(restrictions, stream, piece), expected) << piece;
    }
  }
}

TEST(HostMessages, PassEverythingWhereNothingIsClosedAtEveryCut) {
  const std::string stream = Mixed();
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    ASSERT_EQ(Follow(kOpen, stream, piece), (Followed{absl::OkStatus(), stream})) << piece;
  }
}

TEST(HostMessages, PassWhatServesTheWayToTheConsole) {
  const std::string serves = ServerExtendedCutText(kCaps, std::string(8, '\x01')) +
                             ServerExtendedCutText(kRequest) + ServerExtendedCutText(kPeek);
  const std::string tells =
      ServerExtendedCutText(kNotify) + ServerExtendedCutText(kProvide, "zipped") +
      ServerExtendedCutText(kProvide | kRequest, "zipped") + ServerExtendedCutText(0) +
      ServerExtendedCutText(0x80000000) + ServerExtendedCutText(kCaps, std::string(65, 'x'));
  const std::string all = serves + tells + Bell();
  const std::string passed = serves + Bell() + serves;
  for (std::size_t piece = 1; piece < 30; ++piece) {
    EXPECT_EQ(Follow(kToConsole, all + serves, piece).passed, passed);
    EXPECT_EQ(Follow(kOff, all, piece).passed, Bell());
  }
}

TEST(HostMessages, AnExtendedMessageWithoutFlagsIsDropped) {
  const std::string stump = testing::U32(0x03000000) + testing::U32(0xFFFFFFFE) + "ab";
  EXPECT_EQ(Follow(kToConsole, stump + Bell()).passed, Bell());
  EXPECT_EQ(Follow(kOpen, stump + Bell()).passed, stump + Bell());
}

TEST(HostMessages, APolicyChangesWithTheNextText) {
  HostMessages messages(kToConsole, {});
  Followed followed;
  const std::string text = ServerCutText("one");
  FeedPiece(messages, text + text.substr(0, 10), followed);
  messages.Restrict(kOpen);
  FeedPiece(messages, text.substr(10) + text, followed);
  messages.Restrict(kToConsole);
  FeedPiece(messages, text + Bell(), followed);
  EXPECT_EQ(followed, (Followed{absl::OkStatus(), text + Bell()}));
}

TEST(HostMessages, WhatCannotBeFollowedIsAnError) {
  for (const std::string& broken :
       {std::string("\x04"), std::string("\xFF"), std::string("\xFB"), Update({Rect(21, 1, 1, "")}),
        Update({Rect(-314, 1, 1, "")}), Update({Rect(kHextile, 1, 1, " ")}),
        Update({Rect(kTight, 4, 4, "\xA0")}), Update({Rect(kTight, 4, 4, "\xB0")}),
        Update({Rect(kTight, 4, 4, "@\x03")}), Update({Rect(kTightPng, 4, 4, testing::U8(0))}),
        testing::U8(248) + std::string(7, 'x') + testing::U8(65),
        testing::U32(0x03000000) + testing::U32(0x01000001)}) {
    for (std::size_t piece = 1; piece < 20; ++piece) {
      const Followed followed = Follow(kToConsole, Bell() + broken + Bell(), piece);
      EXPECT_EQ(followed.status.code(), StatusCode::kInvalidArgument) << broken;
    }
  }
}

TEST(HostMessages, AnErrorStays) {
  HostMessages messages(kToConsole, {});
  Followed followed;
  FeedPiece(messages, "\x04", followed);
  EXPECT_FALSE(followed.status.ok());
  FeedPiece(messages, Bell(), followed);
  EXPECT_FALSE(followed.status.ok());
  EXPECT_EQ(followed.passed, "");
}

}  // namespace
}  // namespace porthole::rfb

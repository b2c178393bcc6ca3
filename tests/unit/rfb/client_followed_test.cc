#include "rfb/encodings.h"
#include "tests/unit/rfb/client_messages_run.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace porthole::rfb {
namespace {

using absl::StatusCode;
using testing::AsBytes;
using testing::AsString;
using testing::U16;
using testing::U32;
using testing::U8;

constexpr Restrictions kToConsole{.clipboard_from_console = false};

// The messages of a viewer whose host is followed.
ClientMessages Followed(Restrictions restrictions = kToConsole) {
  ClientMessages messages(restrictions, FollowHost::kYes);
  messages.SetPixelSizes({.pixel = 4, .tight = 3});
  return messages;
}

std::string PixelFormat(unsigned bits, unsigned depth) {
  return U32(0) + U8(bits) + U8(depth) + U16(1) + U16(255) + U16(255) + U16(255) +
         std::string(6, '\0');
}

TEST(FollowedMessages, OfferWhatCanBeFollowedOnly) {
  // What noVNC 1.7 lists, and what others may.
  const std::string listed =
      SetEncodings({1,    50,          7,    -260,       16,   21,   5,    2,    6,    0,
                    -26,  -254,        -223, -224,       -258, -261, -308, -309, -312, -313,
                    -307, -1063131698, -316, 0x574d5664, -239, -314, -259, -305});
  const std::string offered =
      SetEncodings({1,    50,   7,    -260, 16,   5,    2,    6,    0,    -26,         -254,
                    -223, -224, -258, -261, -308, -309, -312, -313, -307, -1063131698, -239});
  for (std::size_t cut = 0; cut <= listed.size(); ++cut) {
    ClientMessages messages = Followed();
    std::string passed = AsString(*messages.Feed(AsBytes(listed).first(cut)));
    passed += AsString(*messages.Feed(AsBytes(listed).subspan(cut)));
    ASSERT_EQ(passed, offered) << cut;
  }
}

TEST(FollowedMessages, StayNarrowWhereTheClipboardIsOpenedLater) {
  ClientMessages messages = Followed();
  ASSERT_TRUE(messages.Restrict({}).ok());
  const std::string listed = SetEncodings({7, -316, 21});
  EXPECT_EQ(AsString(*messages.Feed(AsBytes(listed))), SetEncodings({7}));
  EXPECT_EQ(messages.Feed(AsBytes("c")).status().code(), StatusCode::kInvalidArgument);
}

TEST(FollowedMessages, TellTheSizesOfPixels) {
  ClientMessages messages = Followed();
  EXPECT_EQ(messages.TakePixelSizes(), std::nullopt);
  const std::string format = PixelFormat(8, 8);
  ASSERT_TRUE(messages.Feed(AsBytes(format).first(11)).ok());
  EXPECT_EQ(messages.TakePixelSizes(), std::nullopt);
  EXPECT_EQ(AsString(*messages.Feed(AsBytes(format).subspan(11))), format.substr(11));
  EXPECT_EQ(messages.TakePixelSizes(), (PixelSizes{.pixel = 1, .tight = 1}));
  EXPECT_EQ(messages.TakePixelSizes(), std::nullopt);
}

TEST(FollowedMessages, ChangeNoSizeOncePicturesWereAskedFor) {
  for (const std::string& asks : {UpdateRequest(), ContinuousUpdates()}) {
    ClientMessages messages = Followed();
    const std::string before = PixelFormat(32, 24) + asks + PixelFormat(32, 24);
    ASSERT_TRUE(messages.Feed(AsBytes(before)).ok());
    const std::string after = PixelFormat(16, 16);
    EXPECT_EQ(messages.Feed(AsBytes(after)).status().code(), StatusCode::kInvalidArgument);
  }
}

TEST(FollowedMessages, KnowNoOddPixels) {
  ClientMessages messages = Followed();
  const std::string odd = PixelFormat(24, 24);
  EXPECT_EQ(messages.Feed(AsBytes(odd)).status().code(), StatusCode::kInvalidArgument);
}

TEST(FollowedMessages, AreNeededToCloseTheWayFromTheConsole) {
  ClientMessages open{Restrictions()};
  EXPECT_EQ(open.Restrict(kToConsole).code(), StatusCode::kFailedPrecondition);
  ClientMessages followed = Followed();
  EXPECT_TRUE(followed.Restrict({}).ok());
  EXPECT_TRUE(followed.Restrict(kToConsole).ok());
}

TEST(Encodings, SettingsCanBeFollowed) {
  for (const std::int32_t level : {-32, -23, -256, -247, -512, -412, -768, -763}) {
    EXPECT_TRUE(CanFollow(level)) << level;
  }
  for (const std::int32_t other : {-33, -22, -257 - 2, -246, -513, -411, -769, -762, 3, 4, 8, 15}) {
    EXPECT_FALSE(CanFollow(other)) << other;
  }
}

}  // namespace
}  // namespace porthole::rfb

#include "tests/unit/bridge/fixture.h"

#include <gtest/gtest.h>

#include <string>

// What the policy keeps back on the way, and what a change of it sends.

namespace porthole::bridge {
namespace {

using absl::StatusCode;
using testing::Text;
using testing::U16;
using testing::U32;
using testing::U8;

constexpr rfb::Restrictions kToConsole{.clipboard_from_console = false};
const std::string kCopyRect = U32(1) + U32(0) + U32(0x00100010) + U32(1) + U32(0x00050006);
const std::string kKeyUp = U8(4) + U8(0) + U16(0) + U32('a');

TEST_F(BridgeTest, PassesWhatIsNoRfbUnreadAndCountsItAsInput) {
  raw_.emplace();
  Start();

  viewer_.far->Push("\xff\x01 any bytes");
  host_.far->Push("login: ");

  EXPECT_EQ(AtHost(), "\xff\x01 any bytes");
  EXPECT_EQ(AtViewer(), "login: ");
  EXPECT_EQ(last_input_, clock_.Steady());
  EXPECT_EQ(session_traffic_.bytes_to_host, 12U);
  EXPECT_TRUE(ends_.empty());
}

TEST_F(BridgeTest, DropsWhatIsNoRfbWhileViewOnlyAndStillCountsItAsInput) {
  raw_ = RawPolicy{.view_only = true};
  Start();

  viewer_.far->Push("rm -rf");
  EXPECT_EQ(AtHost(), "");
  EXPECT_EQ(last_input_, clock_.Steady());
  EXPECT_EQ(session_traffic_.bytes_to_host, 0U);

  raw_->view_only = false;
  viewer_.far->Push("ls");
  EXPECT_EQ(AtHost(), "ls");
}

TEST_F(BridgeTest, KeepsTheConsolesClipboardHere) {
  Start(kToConsole);

  host_.far->Push(kCopyRect + U32(0x03000000) + Text("the console's secret") + kCopyRect);

  EXPECT_EQ(AtViewer(), kCopyRect + kCopyRect);
  EXPECT_EQ(session_traffic_.bytes_to_viewer, 2 * kCopyRect.size());
  host_.far->Push(U32(0x03000000) + Text("another"));
  EXPECT_EQ(AtViewer(), "");
  EXPECT_EQ(session_traffic_.messages_to_viewer, 1U);  // an empty one is not sent
  EXPECT_TRUE(ends_.empty());
}

TEST_F(BridgeTest, FollowsPixelsOfTheSizeThatTheViewerChose) {
  Start(kToConsole);
  viewer_.far->Push(U32(0) + U8(8) + U8(8) + std::string(14, '\0') + kUpdateRequest);
  Run();

  const std::string raw = U32(1) + U32(0) + U16(3) + U16(2) + U32(0) + std::string(6, '\x03');
  host_.far->Push(raw + U32(0x03000000) + Text("secret") + kCopyRect);

  EXPECT_EQ(AtViewer(), raw + kCopyRect);
}

TEST_F(BridgeTest, EndsAHostThatCannotBeFollowed) {
  Start(kToConsole);

  host_.far->Push(U8(77));
  Run();

  ASSERT_FALSE(ends_.empty());
  EXPECT_EQ(ends_.front(), (std::pair(Side::kHost, StatusCode::kInvalidArgument)));
  EXPECT_TRUE(Over());
}

TEST_F(BridgeTest, LetsGoOfKeysWhileTheViewerIsSilent) {
  Start();
  viewer_.far->Push(kKey);
  EXPECT_EQ(AtHost(), kKey);

  ASSERT_TRUE(messages_->Restrict({.view_only = true}).ok());
  Spawn(SendOwed(*parts_));

  EXPECT_EQ(AtHost(), kKeyUp);
  viewer_.far->Push(kKey + kUpdateRequest);
  EXPECT_EQ(AtHost(), kUpdateRequest);
  EXPECT_EQ(in_force_, 0);
}

TEST_F(BridgeTest, LetsGoOfKeysBehindWhatTheHostHasNotTakenYet) {
  Connect(16);
  Start();
  std::string keys;
  for (int i = 0; i < 10; ++i) {
    keys += kKey;
  }
  viewer_.far->Push(keys);
  Run();

  ASSERT_TRUE(messages_->Restrict({.view_only = true}).ok());
  Spawn(SendOwed(*parts_));
  viewer_.far->Push(kKey + kUpdateRequest);
  std::string arrived;
  for (std::string more = AtHost(); !more.empty(); more = AtHost()) {
    arrived += more;
  }

  EXPECT_EQ(arrived, keys + kKeyUp + kUpdateRequest);
}

TEST_F(BridgeTest, TellsWhenAHalfMessageIsOver) {
  Start();
  viewer_.far->Push(kKey.substr(0, 5));
  EXPECT_EQ(AtHost(), kKey.substr(0, 5));

  ASSERT_TRUE(messages_->Restrict({.view_only = true}).ok());
  Spawn(SendOwed(*parts_));
  EXPECT_EQ(AtHost(), "");
  EXPECT_EQ(in_force_, 0);
  viewer_.far->Push(kKey.substr(5) + kKey);

  EXPECT_EQ(AtHost(), kKey.substr(5) + kKeyUp);
  EXPECT_EQ(in_force_, 1);
}

}  // namespace
}  // namespace porthole::bridge

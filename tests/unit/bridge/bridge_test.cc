#include "bridge/bridge.h"

#include "tests/unit/bridge/fixture.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace porthole::bridge {
namespace {

using absl::StatusCode;
using testing::MemoryStreamPair;
using testing::U8;

TEST_F(BridgeTest, MovesBytesBothWays) {
  Start();

  host_.far->Push("a picture");
  viewer_.far->Push(kUpdateRequest);

  EXPECT_EQ(AtViewer(), "a picture");
  EXPECT_EQ(AtHost(), kUpdateRequest);
  EXPECT_TRUE(ends_.empty());
}

TEST_F(BridgeTest, CountsWhatItMovesForSessionAndWorker) {
  Start();

  host_.far->Push(std::string(1000, 'x'));
  AtViewer();
  host_.far->Push(std::string(50, 'y'));
  viewer_.far->Push(kUpdateRequest + kKey);
  AtViewer();

  for (const TrafficCounters* counters : {&session_traffic_, &worker_traffic_}) {
    EXPECT_EQ(counters->bytes_to_viewer, 1050U);
    EXPECT_EQ(counters->messages_to_viewer, 2U);
    EXPECT_EQ(counters->bytes_to_host, kUpdateRequest.size() + kKey.size());
    EXPECT_EQ(counters->messages_to_host, 2U);
  }
}

TEST_F(BridgeTest, ReadsNothingMoreFromTheHostWhileTheViewerDoesNotTake) {
  Connect(16);
  Start();
  const std::string picture(std::size_t{200} * 1024, 'p');

  host_.far->Push(picture);
  Run();
  const std::size_t operations = host_.near->Operations();
  Run();

  EXPECT_EQ(operations, 2U);  // one wait, one read
  EXPECT_EQ(host_.near->Operations(), operations);
  std::string arrived;
  while (arrived.size() < picture.size()) {
    const std::string more = AtViewer();
    ASSERT_FALSE(more.empty());
    arrived += more;
  }
  EXPECT_EQ(arrived, picture);
}

TEST_F(BridgeTest, ReadsNothingMoreFromTheViewerWhileTheHostDoesNotTake) {
  Connect(16);
  Start();
  std::string keys;
  for (int i = 0; i < 20'000; ++i) {
    keys += kKey;
  }

  viewer_.far->Push(keys);
  Run();
  const std::size_t operations = viewer_.near->Operations();
  Run();

  EXPECT_EQ(viewer_.near->Operations(), operations);
  EXPECT_EQ(operations, 2U);  // one wait, one read
  std::string arrived;
  while (arrived.size() < keys.size()) {
    const std::string more = AtHost();
    ASSERT_FALSE(more.empty());
    arrived += more;
  }
  EXPECT_EQ(arrived, keys);
}

TEST_F(BridgeTest, OneDirectionStuckLeavesTheOtherMoving) {
  Connect(16);
  Start();
  host_.far->Push(std::string(1000, 'p'));
  Run();

  viewer_.far->Push(kKey);

  EXPECT_EQ(AtHost(), kKey);
}

TEST_F(BridgeTest, TellsWhichSideEndedAndHow) {
  struct Case {
    bool host;
    bool vanishes;
    Side side;
    StatusCode code;
  };
  const std::vector<Case> cases = {
      {true, false, Side::kHost, StatusCode::kOutOfRange},
      {true, true, Side::kHost, StatusCode::kUnavailable},
      {false, false, Side::kViewer, StatusCode::kOutOfRange},
      {false, true, Side::kViewer, StatusCode::kUnavailable},
  };
  for (const Case& one : cases) {
    Connect(1024);
    ends_.clear();
    Start();

    testing::MemoryStream& side = one.host ? *host_.far : *viewer_.far;
    one.vanishes ? side.Vanish() : side.SendEof();
    Run();

    ASSERT_EQ(ends_.size(), 2U);
    EXPECT_EQ(ends_[0], std::pair(one.side, one.code));
    EXPECT_EQ(ends_[1].second, StatusCode::kCancelled);
    EXPECT_TRUE(Over());
  }
}

TEST_F(BridgeTest, DeliversWhatTheHostSaidBeforeItClosed) {
  Start();

  host_.far->Push("last words");
  host_.far->SendEof();

  EXPECT_EQ(AtViewer(), "last words");
  EXPECT_EQ(ends_.front(), std::pair(Side::kHost, StatusCode::kOutOfRange));
}

TEST_F(BridgeTest, EndsAWriteThatIsStuckWhenTheOtherSideEnds) {
  Connect(16);
  Start();
  host_.far->Push(std::string(1000, 'p'));  // nobody takes it
  Run();

  viewer_.far->SendEof();
  Run();

  EXPECT_EQ(ends_.front(), std::pair(Side::kViewer, StatusCode::kOutOfRange));
  EXPECT_TRUE(Over());
}

TEST_F(BridgeTest, HoldsBackInputUnderViewOnlyAndNotesItAllTheSame) {
  Start({.view_only = true, .clipboard_to_console = true});
  clock_.Advance(std::chrono::milliseconds(1234));

  viewer_.far->Push(kUpdateRequest + kKey);

  EXPECT_EQ(AtHost(), kUpdateRequest);
  EXPECT_EQ(session_traffic_.bytes_to_host, kUpdateRequest.size());
  EXPECT_EQ(session_traffic_.messages_to_host, 2U);
  EXPECT_EQ(last_input_, clock_.Steady());
  EXPECT_EQ(
      last_input_ms_,
      std::chrono::floor<std::chrono::milliseconds>(clock_.Wall()).time_since_epoch().count());
}

TEST_F(BridgeTest, WritesNothingWhenAllIsHeldBack) {
  Start({.view_only = true, .clipboard_to_console = true});
  const std::size_t before = host_.near->Operations();

  viewer_.far->Push(kKey);
  Run();

  EXPECT_EQ(host_.near->Operations(), before);
}

TEST_F(BridgeTest, AskingForPicturesIsNoInput) {
  Start();

  viewer_.far->Push(kUpdateRequest);
  Run();

  EXPECT_EQ(last_input_, SteadyTime());
  EXPECT_EQ(last_input_ms_, 0);
}

TEST_F(BridgeTest, AViewerThatBreaksTheProtocolEndsIt) {
  Start({.view_only = true, .clipboard_to_console = true});

  viewer_.far->Push(U8(99));
  Run();

  ASSERT_FALSE(ends_.empty());
  EXPECT_EQ(ends_.front(), std::pair(Side::kViewer, StatusCode::kInvalidArgument));
  EXPECT_EQ(AtHost(), "");
  EXPECT_TRUE(Over());
}

TEST_F(BridgeTest, EveryFailureOfEitherStreamEndsBothDirections) {
  for (const Side side : {Side::kViewer, Side::kHost}) {
    for (std::size_t operation = 1; operation <= 6; ++operation) {
      Connect(1024);
      ends_.clear();
      MemoryStreamPair& failing = side == Side::kViewer ? viewer_ : host_;
      failing.near->FailFrom(operation, absl::UnavailableError("broken"));
      Start();

      for (int round = 0; round < 6 && ends_.empty(); ++round) {
        host_.far->Push("picture");
        Run();
        viewer_.far->Push(kKey);
        Run();
      }

      ASSERT_EQ(ends_.size(), 2U) << operation;
      EXPECT_EQ(ends_[0], std::pair(side, StatusCode::kUnavailable)) << operation;
      EXPECT_TRUE(Over()) << operation;
    }
  }
}

TEST_F(BridgeTest, HoldsABufferOnlyWhileBytesAreOnTheirWay) {
  Connect(16);
  const auto next = [this] { return BufferPool::Loan(buffers_).Bytes().data(); };
  const std::uint8_t* const only = next();
  Start();
  EXPECT_EQ(next(), only);  // both directions wait

  host_.far->Push(std::string(1000, 'p'));
  Run();
  EXPECT_NE(next(), only);  // the write is stuck
  while (!AtViewer().empty()) {
  }

  std::vector<const std::uint8_t*> free = {next()};
  const BufferPool::Loan one(buffers_);
  free.push_back(next());
  EXPECT_NE(std::ranges::find(free, only), free.end());
}

// Fewer and larger messages for a viewer that takes what comes.
TEST_F(BridgeTest, BuffersFollowTheFlow) {
  const std::string picture(400'000, 'p');
  Connect(1'000'000);
  Start();
  host_.far->Push(picture);
  EXPECT_EQ(AtViewer().size(), picture.size());
  EXPECT_EQ(session_traffic_.messages_to_viewer, 3U);  // 64 KiB, 256 KiB, the rest

  host_.far->Push(picture.substr(0, 1000));
  EXPECT_EQ(AtViewer().size(), 1000U);
  host_.far->Push(picture);
  EXPECT_EQ(AtViewer().size(), picture.size());
  EXPECT_EQ(session_traffic_.messages_to_viewer, 7U) << "a small one, and from the beginning";
}

TEST_F(BridgeTest, ASlowViewerGetsNoLargeBuffer) {
  const std::string picture(400'000, 'p');
  Connect(50'000);
  Start();
  host_.far->Push(picture);
  std::size_t got = 0;
  while (got < picture.size()) {
    clock_.Advance(std::chrono::milliseconds(100));
    got += AtViewer().size();
  }
  EXPECT_EQ(session_traffic_.messages_to_viewer, 7U);  // 64 KiB each
}

}  // namespace
}  // namespace porthole::bridge

#pragma once

#include "bridge/bridge.h"
#include "tests/support/bytes.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_stream.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace porthole::bridge {

inline const std::string kUpdateRequest = testing::U8(3) + testing::U8(1) + testing::U16(0) +
                                          testing::U16(0) + testing::U16(640) + testing::U16(480);
inline const std::string kKey =
    testing::U8(4) + testing::U8(1) + testing::U16(0) + testing::U32('a');

// Both directions between two streams in memory, whose far ends the test holds.
class BridgeTest : public ::testing::Test {
 protected:
  void SetUp() override { Connect(std::size_t{64} * 1024); }

  // Pipes of `capacity` bytes a direction.
  void Connect(std::size_t capacity) {
    viewer_ = testing::MemoryStreamPair::Make(loop_.get_executor(), capacity);
    host_ = testing::MemoryStreamPair::Make(loop_.get_executor(), capacity);
  }

  // Whoever keeps the console's clipboard from the viewer follows the host.
  void Start(rfb::Restrictions restrictions = {}) {
    const bool follow = !restrictions.clipboard_from_console;
    messages_.emplace(restrictions, follow ? rfb::FollowHost::kYes : rfb::FollowHost::kNo);
    if (follow) {
      from_host_.emplace(restrictions, rfb::PixelSizes());
    }
    parts_.emplace(Parts{.viewer = *viewer_.near,
                         .host = *host_.near,
                         .host_turns = host_turns_,
                         .messages = *messages_,
                         .from_host = follow ? &*from_host_ : nullptr,
                         .raw = raw_.has_value() ? &*raw_ : nullptr,
                         .buffers = buffers_,
                         .session_traffic = session_traffic_,
                         .worker_traffic = worker_traffic_,
                         .last_input_ms = last_input_ms_,
                         .last_input = last_input_,
                         .clock = clock_,
                         .on_end =
                             [this](Side side, const absl::Status& status) {
                               ends_.emplace_back(side, status.code());
                               viewer_.near->Close({.code = 1000, .sentence = ""});
                               host_.near->Close({});
                             },
                         .on_in_force = [this] { ++in_force_; }});
    Spawn(MoveToViewer(*parts_));
    Spawn(MoveToHost(*parts_));
    Run();
  }

  void Run() {
    loop_.restart();
    loop_.poll();
  }

  std::string AtViewer() {
    Run();
    return testing::AsString(viewer_.far->Take());
  }
  std::string AtHost() {
    Run();
    return testing::AsString(host_.far->Take());
  }
  bool Over() const { return running_ == 0; }

  FakeClock clock_;
  BufferPool buffers_;  // outlives the loop: a coroutine that goes with it gives its buffer back
  boost::asio::io_context loop_;
  testing::MemoryStreamPair viewer_;
  testing::MemoryStreamPair host_;
  TrafficCounters session_traffic_;
  TrafficCounters worker_traffic_;
  std::atomic<std::int64_t> last_input_ms_{0};
  SteadyTime last_input_;
  HostTurns host_turns_{loop_.get_executor()};
  std::optional<rfb::ClientMessages> messages_;
  std::optional<rfb::HostMessages> from_host_;
  std::optional<RawPolicy> raw_;
  int in_force_ = 0;  // how often a restriction came into force late
  std::optional<Parts> parts_;
  std::vector<std::pair<Side, absl::StatusCode>> ends_;

  void Spawn(net::Awaitable<void> direction) {
    ++running_;
    boost::asio::co_spawn(loop_, std::move(direction), [this](const std::exception_ptr& thrown) {
      --running_;
      EXPECT_EQ(thrown, nullptr);
    });
  }

 private:
  int running_ = 0;
};

}  // namespace porthole::bridge

#include "tests/unit/net/websocket_viewer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What TLS has sealed and the socket has not taken must still be sent, although nothing follows.

namespace porthole::testing {
namespace {

class Records : public WebSocketViewer {
 protected:
  // Opens anew, for a viewer whose buffer fills up soon.
  void OpenSmall() {
    stream_.reset();
    joined_.reset();
    served_.reset();
    Open(Unhurried(), 4096);
  }

  net::Awaitable<absl::Status> WriteTimes(int count) {
    absl::Status status;
    for (int i = 0; i < count && status.ok(); ++i) {
      status = co_await Stream().Write(message_);
    }
    co_return status;
  }

  // As far as it comes without the viewer's reading.
  void RunAlone() {
    for (int i = 0; i < 1000; ++i) {
      Home().Loop().restart();
      Home().Loop().poll();
    }
  }

  const std::vector<std::uint8_t> message_ = std::vector<std::uint8_t>(60'000, 'x');
};

INSTANTIATE_TEST_SUITE_P(Net, Records, ::testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "Tls" : "Plain");
});

// Four records each, as many as go out at once; one message more each time, until one is stuck.
TEST_P(Records, AMessageThatTheSocketTookInPartComesWhole) {
  constexpr int kMost = 200;
  bool stuck = false;
  for (int count = 1; !stuck && count < kMost; ++count) {
    OpenSmall();
    Started<absl::Status> writes(Home(), WriteTimes(count));
    RunAlone();
    stuck = !writes.Done();
    for (int i = 0; i < count; ++i) {
      const std::optional<ServerFrame> frame = NextFrame();
      ASSERT_TRUE(frame.has_value()) << "message " << i << " of " << count;
      EXPECT_EQ(frame->payload.size(), message_.size());
    }
    EXPECT_TRUE(writes.Get().ok());
  }
  EXPECT_TRUE(stuck) << "no socket was ever full";
}

}  // namespace
}  // namespace porthole::testing

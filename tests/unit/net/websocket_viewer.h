#pragma once

#include "tests/unit/net/frames.h"
#include "tests/unit/net/served.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace porthole::testing {

// A viewer whose upgrade was answered, and the server's stream.
class WebSocketViewer : public ::testing::TestWithParam<bool> {
 protected:
  void Open(net::Timeouts timeouts = Unhurried(), int receive_buffer = 0) {
    Upgrade(timeouts, receive_buffer);
    // The answer goes out when the stream is first written or waited for.
    Client().Send(Frame(kFin | kBinary, "x"));
    ASSERT_EQ(*Read(1), "x");
    ASSERT_TRUE(Client().ReceiveText("\r\n\r\n"));
    answer_ = std::exchange(Client().Received(), "");
  }

  void Upgrade(net::Timeouts timeouts = Unhurried(), int receive_buffer = 0) {
    served_ = std::make_unique<Served>(timeouts, GetParam());
    joined_ = std::make_unique<Joined>(*served_, receive_buffer);
    Client().Send(UpgradeRequest());
    const auto request = Await(Home(), joined_->server->ReadRequest());
    ASSERT_TRUE(request.ok()) << request.status();
    ASSERT_EQ(request->upgrade, net::UpgradeCheck::kValid);
    stream_ = joined_->server->Upgrade("binary");
  }

  net::Worker& Home() { return served_->Home(); }
  RawClient& Client() { return joined_->client; }
  net::ByteStream& Stream() { return *stream_; }

  absl::StatusOr<std::string> Read(std::size_t most = 4096) {
    std::vector<std::uint8_t> bytes(most);
    const absl::StatusOr<std::size_t> count = Await(Home(), Stream().ReadSome(bytes));
    if (!count.ok()) {
      return count.status();
    }
    return std::string(bytes.begin(), bytes.begin() + static_cast<long>(*count));
  }

  std::optional<ServerFrame> NextFrame() {
    std::optional<ServerFrame> frame;
    RunUntil(Home(), [this, &frame] {
      Client().Pump();
      frame = TakeFrame(Client().Received());
      return frame.has_value() || Client().Ended();
    });
    return frame;
  }

  // A write that cannot end as long as the client does not read.
  Started<absl::Status> StuckWrite() {
    Started<absl::Status> write(Home(), Stream().Write(flood_));
    EXPECT_TRUE(Client().Receive(1));
    return write;
  }

  // How many handlers the loop ran until then.
  int TurnsUntil(const std::function<bool()>& done) {
    int turns = 0;
    Home().Loop().restart();
    while (!done() && Home().Loop().run_one_for(std::chrono::seconds(10)) > 0) {
      ++turns;
    }
    return turns;
  }

  // Whether that much time passed on the loop.
  bool Passed(std::chrono::milliseconds time) {
    bool passed = false;
    net::Timer timer(Home().Clockwork(), [&passed] { passed = true; });
    timer.Arm(time);
    return RunUntil(Home(), [&passed] { return passed; });
  }

  // More than both sockets' buffers hold.
  std::vector<std::uint8_t> flood_ = std::vector<std::uint8_t>(16UL * 1024 * 1024, 'x');
  std::unique_ptr<Served> served_;
  std::unique_ptr<Joined> joined_;
  std::unique_ptr<net::ByteStream> stream_;
  std::string answer_;
};

}  // namespace porthole::testing

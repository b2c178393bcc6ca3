#include "tests/unit/net/websocket_viewer.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Text messages beside a viewer's binary ones.

namespace porthole::testing {
namespace {

using Texts = WebSocketViewer;

INSTANTIATE_TEST_SUITE_P(Net, Texts, ::testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "Tls" : "Plain");
});

TEST_P(Texts, AreMessagesOfTheirOwnBetweenBinaryOnes) {
  Open();
  Stream().SendText("before");
  for (const std::string_view picture : {"one", "two"}) {
    const std::vector<std::uint8_t> bytes(picture.begin(), picture.end());
    Started<absl::Status> write(Home(), Stream().Write(bytes));
    const auto text = NextFrame();
    ASSERT_TRUE(text.has_value());
    EXPECT_EQ(text->first, kFin | kText);
    const auto binary = NextFrame();
    ASSERT_TRUE(binary.has_value());
    EXPECT_EQ(binary->first, kFin | kBinary);
    EXPECT_EQ(binary->payload, picture);
    EXPECT_TRUE(write.Get().ok());
    Stream().SendText("between");
  }
  EXPECT_EQ(NextFrame()->payload, "between");
}

TEST_P(Texts, WaitForTheFrameInFlightAndTheNewestReplacesTheOthers) {
  Open();
  Started<absl::Status> write = StuckWrite();
  for (const char* const text : {"first", "second", "third"}) {
    Stream().SendText(text);
  }
  const auto picture = NextFrame();
  ASSERT_TRUE(picture.has_value());
  EXPECT_EQ(picture->first, kFin | kBinary);
  EXPECT_EQ(picture->payload.size(), flood_.size());
  EXPECT_TRUE(write.Get().ok());
  EXPECT_EQ(NextFrame()->payload, "third");
  // Nothing but the next picture follows.
  const std::array<std::uint8_t, 1> bytes{'p'};
  Started<absl::Status> next(Home(), Stream().Write(bytes));
  EXPECT_EQ(NextFrame()->payload, "p");
  EXPECT_TRUE(next.Get().ok());
}

TEST_P(Texts, AreDroppedOnceTheStreamCloses) {
  Open();
  Started<absl::Status> write = StuckWrite();
  Stream().SendText("waits");
  Stream().Close({4403, "revoked"});
  Stream().SendText("late");
  EXPECT_EQ(Await(Home(), Stream().Closed()), net::Closing::kReset);
  EXPECT_EQ(write.Get().code(), absl::StatusCode::kCancelled);
}

TEST_P(Texts, InFlightHoldNoCloseUp) {
  Open();
  Stream().SendText(std::string(flood_.begin(), flood_.end()));
  ASSERT_TRUE(Client().Receive(1));
  const std::array<std::uint8_t, 1> bytes{'p'};
  Started<absl::Status> write(Home(), Stream().Write(bytes));
  Stream().Close({4403, "revoked"});
  EXPECT_EQ(Await(Home(), Stream().Closed()), net::Closing::kReset);
  EXPECT_EQ(write.Get().code(), absl::StatusCode::kCancelled);
}

TEST_P(Texts, InFlightOfAViewerThatIsGoneComeBack) {
  Open();
  Stream().SendText(std::string(flood_.begin(), flood_.end()));
  ASSERT_TRUE(Client().Receive(1));
  Client().SendEnd();
  EXPECT_FALSE(Read().ok());
  Stream().Close({0, ""});
  EXPECT_NE(Await(Home(), Stream().Closed()), net::Closing::kClean);
}

}  // namespace
}  // namespace porthole::testing

#include "tests/unit/net/websocket_viewer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

// A viewer's WebSocket, driven by a bare socket over loopback, without and with TLS.

namespace porthole::testing {
namespace {

using net::Closing;
using std::chrono::milliseconds;

using Viewer = WebSocketViewer;

INSTANTIATE_TEST_SUITE_P(Net, Viewer, ::testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "Tls" : "Plain");
});

TEST_P(Viewer, OneWriteIsOneBinaryMessage) {
  Open();
  for (const std::size_t size : {std::size_t{1}, std::size_t{125}, std::size_t{126},
                                 std::size_t{65535}, std::size_t{65536}, std::size_t{300'000}}) {
    const std::vector<std::uint8_t> bytes(size, static_cast<std::uint8_t>(size));
    Started<absl::Status> write(Home(), Stream().Write(bytes));
    const auto frame = NextFrame();
    ASSERT_TRUE(frame.has_value()) << size;
    EXPECT_EQ(frame->first, kFin | kBinary);
    EXPECT_EQ(frame->payload, std::string(bytes.begin(), bytes.end()));
    EXPECT_TRUE(write.Get().ok());
  }
}

TEST_P(Viewer, MessagesBecomeBytesHoweverTheyAreCut) {
  Open();
  Client().Send(Frame(kBinary, "frag") + Frame(kContinuation) + Frame(kFin | kPing, "p") +
                Frame(kContinuation, "ment") + Frame(kFin | kContinuation, "s") +
                Frame(kFin | kBinary) + Frame(kFin | kBinary, "whole"));
  std::string got;
  while (got.size() < 14) {
    ASSERT_TRUE(Await(Home(), Stream().WaitReadable()).ok());
    const auto part = Read(3);
    ASSERT_TRUE(part.ok()) << part.status();
    ASSERT_LE(part->size(), 3U);
    got += *part;
  }
  EXPECT_EQ(got, "fragmentswhole");
  const auto pong = NextFrame();
  ASSERT_TRUE(pong.has_value());
  EXPECT_EQ(pong->first, kFin | kPong);
  EXPECT_EQ(pong->payload, "p");
}

TEST_P(Viewer, AMessageLongerThanAnyMemoryIsReadInPieces) {
  Open();
  Client().Send(FrameHead(kFin | kBinary, 0x7FFFFFFFFFFFFFFF) + "first");
  EXPECT_EQ(*Read(), "first");
  Client().Send("second");
  EXPECT_EQ(*Read(), "second");
}

TEST_P(Viewer, MalformedFramesEndItWith1002) {
  const std::vector<std::pair<std::string, std::string>> malformed = {
      {"not masked", FrameHead(kFin | kBinary, 1, false) + "x"},
      {"a reserved bit", Frame(kFin | 0x40U | kBinary, "x")},
      {"an unknown opcode", Frame(kFin | 3U, "x")},
      {"an unknown control opcode", Frame(kFin | 11U, "x")},
      {"a ping of 126 bytes", Frame(kFin | kPing, std::string(126, 'x'))},
      {"a ping in pieces", Frame(kPing, "x")},
      {"a continuation of nothing", Frame(kFin | kContinuation, "x")},
      {"a message inside a message", Frame(kBinary, "") + Frame(kFin | kBinary, "x")},
      {"a length that is too long for it",
       U8(kFin | kBinary) + U8(kMasked | 126U) + U16(5) + U32(0) + "12345"},
      {"a close frame of one byte", Frame(kFin | kClose, "x")},
      {"a close code that is none", Frame(kFin | kClose, U16(1005))},
      {"a close reason that is no text", Frame(kFin | kClose, U16(1000) + "\xFF")},
  };
  for (const auto& [name, bytes] : malformed) {
    SCOPED_TRACE(name);
    Open();
    Client().Send(bytes);
    const auto read = Read();
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << read.status();
    Stream().Close({1002, "malformed"});
    const auto frame = NextFrame();
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(frame->first, kFin | kClose);
    EXPECT_EQ(frame->Code(), 1002U);
    Client().SendEnd();
    EXPECT_EQ(Await(Home(), Stream().Closed()), Closing::kClean);
    stream_.reset();
  }
}

TEST_P(Viewer, TextEndsItWith1003) {
  Open();
  Client().Send(Frame(kFin | kText, "hello"));
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kInvalidArgument);
  Stream().Close({1002, "text"});
  const auto frame = NextFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->Code(), 1003U);
}

TEST_P(Viewer, ClosesWithCodeAndSentence) {
  Open();
  Stream().Close({4403, std::string("ended\nby \x1B") + std::string(112, 'x') + "\xC3\xA4rger"});
  Stream().Close({4408, "the first one counts"});
  const auto frame = NextFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->first, kFin | kClose);
  EXPECT_EQ(frame->Code(), 4403U);
  // 120 bytes would end inside the umlaut.
  EXPECT_EQ(frame->payload.substr(2), "endedby " + std::string(112, 'x'));
  EXPECT_EQ(Await(Home(), Stream().Write(flood_)).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kCancelled);
  Client().Send(Frame(kFin | kBinary, "late") + Frame(kFin | kClose, U16(4403)));
  Started<Closing> closed(Home(), Stream().Closed());
  EXPECT_TRUE(Client().ReceiveEnd());
  EXPECT_FALSE(Client().WasReset());
  Client().SendEnd();
  EXPECT_EQ(closed.Get(), Closing::kClean);
}

TEST_P(Viewer, ASentenceIsCutAtACharacterBorder) {
  Open();
  Stream().Close({4403, std::string(119, 'x') + "\xC3\xA4"});
  const auto frame = NextFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->payload.substr(2), std::string(119, 'x'));
}

TEST_P(Viewer, AReaderInFlightIsCancelledByClose) {
  Open();
  std::array<std::uint8_t, 16> bytes{};
  Started<absl::StatusOr<std::size_t>> read(Home(), Stream().ReadSome(bytes));
  Stream().Close({4403, "enough"});
  ASSERT_TRUE(NextFrame().has_value());
  Client().Send(Frame(kFin | kBinary, "late") + Frame(kFin | kClose, U16(4403)));
  EXPECT_EQ(read.Get().status().code(), absl::StatusCode::kCancelled);
  Client().SendEnd();
  EXPECT_EQ(Await(Home(), Stream().Closed()), Closing::kClean);
}

TEST_P(Viewer, AFrameInFlightMayFinishBeforeTheCloseFrame) {
  net::Timeouts timeouts = Unhurried();
  timeouts.close_write = std::chrono::seconds(10);  // a busy machine may take its time
  timeouts.close_read = std::chrono::seconds(10);
  Open(timeouts);
  Started<absl::Status> write = StuckWrite();
  Stream().Close({1001, "the node goes away"});
  const auto data = NextFrame();
  ASSERT_TRUE(data.has_value());
  EXPECT_EQ(data->payload.size(), flood_.size());
  const auto close = NextFrame();
  ASSERT_TRUE(close.has_value());
  EXPECT_EQ(close->Code(), 1001U);
  EXPECT_EQ(write.Get().code(), absl::StatusCode::kCancelled);
  Client().Send(Frame(kFin | kClose, U16(1001)));
  Client().SendEnd();
  EXPECT_EQ(Await(Home(), Stream().Closed()), Closing::kClean);
}

TEST_P(Viewer, OneThatDoesNotReadIsReset) {
  Open();
  Started<absl::Status> write = StuckWrite();
  const auto begun = std::chrono::steady_clock::now();
  Stream().Close({4403, "revoked"});
  EXPECT_EQ(Await(Home(), Stream().Closed()), Closing::kReset);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(200));
  EXPECT_EQ(write.Get().code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(Client().ReceiveEnd());
}

TEST_P(Viewer, OneThatNeverAnswersACloseFrameIsReset) {
  Open();
  Stream().Close({4403, "revoked"});
  EXPECT_EQ(Await(Home(), Stream().Closed()), Closing::kReset);
  EXPECT_TRUE(Client().ReceiveEnd());
  EXPECT_EQ(TakeFrame(Client().Received())->Code(), 4403U);
}

TEST_P(Viewer, OneThatAnswersButKeepsTheConnectionIsReset) {
  Open();
  Stream().Close({4403, "revoked"});
  ASSERT_TRUE(NextFrame().has_value());
  Client().Send(Frame(kFin | kClose, U16(4403)));
  EXPECT_EQ(Await(Home(), Stream().Closed()), Closing::kReset);
}

TEST_P(Viewer, ItsOwnCloseIsAnsweredAndTold) {
  Open();
  Client().Send(Frame(kFin | kClose, U16(1001) + "going"));
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kOutOfRange);
  ASSERT_TRUE(Stream().ClosedByPeer().has_value());
  EXPECT_EQ(Stream().ClosedByPeer()->code, 1001U);
  Stream().Close({1000, ""});
  const auto frame = NextFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->Code(), 1001U);
  Client().SendEnd();
  EXPECT_EQ(Await(Home(), Stream().Closed()), Closing::kClean);
}

// The stream may be destroyed as soon as Closed() returns, whoever closed first.
TEST_P(Viewer, ClosesThatCrossLeaveNothingBehind) {
  Open();
  std::array<std::uint8_t, 16> bytes{};
  const Started<absl::StatusOr<std::size_t>> read(Home(), Stream().ReadSome(bytes));
  Client().Send(Frame(kFin | kClose, U16(1000)));
  Client().SendEnd();
  ASSERT_TRUE(RunUntil(Home(), [this] { return Stream().ClosedByPeer().has_value(); }));
  Stream().Close({4403, "revoked"});  // Beast is writing its answer now
  Started<Closing> closed(Home(), Stream().Closed());
  EXPECT_EQ(closed.Get(), Closing::kClean);
  EXPECT_TRUE(read.Done());
  stream_.reset();
  const auto frame = NextFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->Code(), 1000U);
  EXPECT_FALSE(NextFrame().has_value());
}

TEST_P(Viewer, ACloseFrameBehindAStuckFrameEndsInTime) {
  Open();
  std::array<std::uint8_t, 16> bytes{};
  Started<absl::Status> write = StuckWrite();
  Started<absl::StatusOr<std::size_t>> read(Home(), Stream().ReadSome(bytes));
  Client().Send(Frame(kFin | kClose, U16(1000)));
  EXPECT_FALSE(read.Get().ok());
  EXPECT_FALSE(write.Get().ok());
  Stream().Close({1000, ""});
  EXPECT_EQ(Await(Home(), Stream().Closed()), Closing::kReset);
}

TEST_P(Viewer, AFinWithoutACloseFrameIsNoGoodBye) {
  Open();
  Client().SendEnd();
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kUnavailable);
  Stream().Close({0, ""});
  EXPECT_EQ(Await(Home(), Stream().Closed()), Closing::kLost);
}

TEST_P(Viewer, OneThatVanishesIsLost) {
  Open();
  Started<absl::Status> write = StuckWrite();
  Client().Vanish();
  EXPECT_EQ(write.Get().code(), absl::StatusCode::kUnavailable);
  Stream().Close({1000, "never arrives"});
  EXPECT_EQ(Await(Home(), Stream().Closed()), Closing::kLost);
}

TEST_P(Viewer, IsPingedWhenNothingIsWritten) {
  net::Timeouts timeouts = Unhurried();
  timeouts.ping_after = milliseconds(60);
  timeouts.viewer_dead_after = milliseconds(150);
  Open(timeouts);
  // It says nothing itself, but its kernel acknowledges: alive for several times the limit.
  for (int i = 0; i < 6; ++i) {
    const auto frame = NextFrame();
    ASSERT_TRUE(frame.has_value()) << i;
    EXPECT_EQ(frame->first, kFin | kPing);
  }
  EXPECT_TRUE(Await(Home(), Stream().Write(AsBytes("still here"))).ok());
}

TEST_P(Viewer, IsNotPingedBehindAFrameInFlight) {
  net::Timeouts timeouts = Unhurried();
  timeouts.ping_after = milliseconds(250);
  Open(timeouts);
  Started<absl::Status> write = StuckWrite();
  ASSERT_TRUE(Passed(milliseconds(600)));
  const auto frame = NextFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->payload.size(), flood_.size());
  EXPECT_TRUE(write.Get().ok());
  Client().Pump();
  EXPECT_EQ(Client().Received(), "");
}

TEST_P(Viewer, OneThatGivesNoSignOfLifeIsCutOff) {
  net::Timeouts timeouts = Unhurried();
  timeouts.ping_after = milliseconds(60);
  timeouts.viewer_dead_after = milliseconds(300);
  Open(timeouts, 4096);
  std::array<std::uint8_t, 16> bytes{};
  Started<absl::StatusOr<std::size_t>> read(Home(), Stream().ReadSome(bytes));
  EXPECT_EQ(StuckWrite().Get().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(read.Get().status().code(), absl::StatusCode::kDeadlineExceeded);
  Stream().Close({0, ""});
  EXPECT_EQ(Await(Home(), Stream().Closed()), Closing::kReset);
  EXPECT_TRUE(Client().ReceiveEnd());
}

TEST_P(Viewer, ASlowOneIsAlive) {
  net::Timeouts timeouts = Unhurried();
  timeouts.viewer_dead_after = milliseconds(300);
  timeouts.ping_after = milliseconds(60);
  Open(timeouts, 4096);
  flood_.resize(6UL * 1024 * 1024);
  Started<absl::Status> write = StuckWrite();
  const auto until = std::chrono::steady_clock::now() + milliseconds(900);
  // Reads now and then, three times as long as a dead one would be left alone.
  while (std::chrono::steady_clock::now() < until) {
    ASSERT_TRUE(Passed(milliseconds(100)));
    ASSERT_FALSE(Client().Ended());
    Client().PumpOnce();
  }
  ASSERT_TRUE(Client().Receive(flood_.size()));
  EXPECT_TRUE(write.Get().ok());
}

TEST_P(Viewer, AFloodOfPingsIsHeldBackByTheSocket) {
  Open();
  std::array<std::uint8_t, 16> bytes{};
  Started<absl::StatusOr<std::size_t>> read(Home(), Stream().ReadSome(bytes));
  std::string pings;
  for (int i = 0; i < 2000; ++i) {
    pings += Frame(kFin | kPing, std::string(125, 'p'));
  }
  Client().Send(pings + Frame(kFin | kBinary, "done"));
  EXPECT_EQ(*read.Get(), 4U);
  for (int i = 0; i < 2000; ++i) {
    const auto pong = NextFrame();
    ASSERT_TRUE(pong.has_value()) << i;
    ASSERT_EQ(pong->first, kFin | kPong);
  }
}

// Whoever floods has its turn, and others of the same loop have theirs.
TEST_P(Viewer, AFloodOfNothingIsReadInTurns) {
  Open();
  std::string nothing;
  for (int i = 0; i < 2000; ++i) {
    nothing += Frame(kFin | kPong, "") + Frame(kFin | kBinary, "");
  }
  Client().Send(nothing + Frame(kFin | kBinary, "done"));
  std::array<std::uint8_t, 16> bytes{};
  Started<absl::StatusOr<std::size_t>> read(Home(), Stream().ReadSome(bytes));
  // Each turn takes 256 bytes, over TLS one record of at most 16 KiB.
  EXPECT_GT(TurnsUntil([&read] { return read.Done(); }), GetParam() ? 1 : 40);
  EXPECT_EQ(*read.Get(), 4U);

  Client().Send(nothing + nothing + Frame(kFin | kClose, U16(4403)));
  Client().SendEnd();
  Stream().Close({4403, "enough"});
  Started<Closing> closed(Home(), Stream().Closed());
  EXPECT_GT(TurnsUntil([&closed] { return closed.Done(); }), GetParam() ? 2 : 80);
  EXPECT_EQ(closed.Get(), Closing::kClean);
}

// At the end of the process, loops go with sessions still alive on them.
TEST_P(Viewer, TheLoopMayGoWithEverythingInFlight) {
  Open();
  auto held = std::make_shared<std::array<std::uint8_t, 16>>();
  const auto reading = [](std::shared_ptr<net::ByteStream> stream,
                          std::shared_ptr<std::array<std::uint8_t, 16>> target)
      -> net::Awaitable<absl::StatusOr<std::size_t>> {
    co_return co_await stream->ReadSome(*target);
  };
  const std::shared_ptr<net::ByteStream> stream = std::move(stream_);
  const Started<absl::StatusOr<std::size_t>> read(Home(), reading(stream, held));
  const Started<absl::Status> write(Home(), stream->Write(flood_));
  ASSERT_TRUE(Passed(milliseconds(1)));
  EXPECT_FALSE(read.Done());
  EXPECT_FALSE(write.Done());
  stream->Close({1001, "end"});
}

}  // namespace
}  // namespace porthole::testing

#include "tests/support/memory_stream.h"

#include "tests/support/bytes.h"
#include "tests/support/run_until_idle.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace porthole::testing {
namespace {

constexpr std::size_t kCapacity = 8;

net::Awaitable<absl::Status> ClosedByReset(MemoryStream& stream) {
  const net::Closing closing = co_await stream.Closed();
  co_return closing == net::Closing::kReset ? absl::OkStatus() : absl::UnknownError("another");
}

class MemoryStreamTest : public ::testing::Test {
 protected:
  // Runs until nothing moves; the code of the result, or nothing while it waits.
  std::optional<absl::StatusCode> Run(net::Awaitable<absl::Status> work) {
    const auto status = RunUntilIdle(context_, std::move(work));
    return status ? std::optional(status->code()) : std::nullopt;
  }
  std::optional<absl::StatusCode> Read() {
    const auto count = RunUntilIdle(context_, near_.ReadSome(target_));
    return count ? std::optional(count->status().code()) : std::nullopt;
  }
  // Starts `work`, whose code stands in the result once it is there.
  std::shared_ptr<std::optional<absl::StatusCode>> Start(net::Awaitable<absl::Status> work) {
    auto code = std::make_shared<std::optional<absl::StatusCode>>();
    boost::asio::co_spawn(
        context_, std::move(work),
        [code](const std::exception_ptr&, const absl::Status& status) { *code = status.code(); });
    Poll();
    return code;
  }
  void Poll() {
    context_.restart();
    context_.poll();
  }

  boost::asio::io_context context_;
  MemoryStreamPair pair_ = MemoryStreamPair::Make(context_.get_executor(), kCapacity);
  MemoryStream& near_ = *pair_.near;
  MemoryStream& far_ = *pair_.far;
  std::array<std::uint8_t, 64> target_{};
};

TEST_F(MemoryStreamTest, CarriesBytesBothWays) {
  EXPECT_EQ(Run(near_.Write(AsBytes("ping"))), absl::StatusCode::kOk);
  EXPECT_EQ(Run(far_.Write(AsBytes("pong"))), absl::StatusCode::kOk);

  EXPECT_EQ(AsString(far_.Take()), "ping");
  EXPECT_EQ(AsString(near_.Take()), "pong");
}

TEST_F(MemoryStreamTest, CutsReadsAsTold) {
  near_.CutReads(2);
  far_.Push("abc");

  EXPECT_EQ(RunToEnd(context_, near_.ReadSome(target_)).value(), 2U);
  EXPECT_EQ(RunToEnd(context_, near_.ReadSome(target_)).value(), 1U);
}

TEST_F(MemoryStreamTest, AReaderWaitsForBytes) {
  const auto waited = Start(near_.WaitReadable());
  EXPECT_EQ(*waited, std::nullopt);

  far_.Push("x");
  Poll();

  EXPECT_EQ(*waited, absl::StatusCode::kOk);
}

TEST_F(MemoryStreamTest, AWriterWaitsForRoom) {
  const auto written = Start(near_.Write(AsBytes("0123456789")));
  EXPECT_EQ(*written, std::nullopt);
  EXPECT_EQ(AsString(far_.Take()), "01234567");
  Poll();

  EXPECT_EQ(*written, absl::StatusCode::kOk);
  EXPECT_EQ(AsString(far_.Take()), "89");
}

TEST_F(MemoryStreamTest, TheEndComesAfterTheBytes) {
  far_.Push("x");
  far_.SendEof();

  EXPECT_EQ(Run(near_.WaitReadable()), absl::StatusCode::kOk);
  EXPECT_EQ(Read(), absl::StatusCode::kOk);
  EXPECT_EQ(Run(near_.WaitReadable()), absl::StatusCode::kOk);
  EXPECT_EQ(Read(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Run(near_.Write(AsBytes("y"))), absl::StatusCode::kOk);
}

TEST_F(MemoryStreamTest, CloseCancelsWhatThisEndDoes) {
  const auto read = Start(near_.WaitReadable());
  const auto written = Start(near_.Write(AsBytes("0123456789")));
  const auto closed = Start(ClosedByReset(near_));
  near_.CloseAs(net::Closing::kReset);
  EXPECT_EQ(*closed, std::nullopt);

  near_.Close({.code = 4403, .sentence = "first"});
  near_.Close({.code = 1000, .sentence = "second"});
  Poll();

  EXPECT_EQ(*read, absl::StatusCode::kCancelled);
  EXPECT_EQ(*written, absl::StatusCode::kCancelled);
  EXPECT_EQ(*closed, absl::StatusCode::kOk);
  EXPECT_EQ(Read(), absl::StatusCode::kCancelled);
  EXPECT_EQ(near_.ClosedWith().value_or(net::Ending{}).sentence, "first");
}

TEST_F(MemoryStreamTest, CloseTellsTheOtherEnd) {
  near_.Push("last");
  EXPECT_FALSE(far_.ClosedByPeer().has_value());

  near_.Close({.code = 4403, .sentence = ""});

  EXPECT_EQ(far_.ClosedByPeer().value_or(net::PeerClose{}).code, 4403);
  EXPECT_EQ(RunToEnd(context_, far_.ReadSome(target_)).value(), 4U);
  EXPECT_EQ(RunToEnd(context_, far_.ReadSome(target_)).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Run(far_.Write(AsBytes("x"))), absl::StatusCode::kUnavailable);
}

TEST_F(MemoryStreamTest, VanishingIsALossAtOnce) {
  far_.Push("never read");
  const auto written = Start(near_.Write(AsBytes("0123456789")));

  far_.Vanish();
  Poll();

  EXPECT_EQ(*written, absl::StatusCode::kUnavailable);
  EXPECT_EQ(Read(), absl::StatusCode::kUnavailable);
}

TEST_F(MemoryStreamTest, FailsFromTheOperationThatIsNamed) {
  far_.Push("abc");
  near_.FailFrom(3, absl::DataLossError("told so"));

  EXPECT_EQ(Run(near_.WaitReadable()), absl::StatusCode::kOk);
  EXPECT_EQ(Run(near_.Write(AsBytes("x"))), absl::StatusCode::kOk);
  EXPECT_EQ(Read(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Run(near_.Write(AsBytes("x"))), absl::StatusCode::kDataLoss);
  EXPECT_EQ(near_.Operations(), 4U);
}

}  // namespace
}  // namespace porthole::testing

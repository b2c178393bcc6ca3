#include "net/socket_stream.h"

#include "tests/support/bytes.h"
#include "tests/unit/net/certificate.h"
#include "tests/unit/net/loopback.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace porthole::testing {
namespace {

using net::Closing;

// A SocketStream over one end of a socket pair, with TLS on it or not; a bare client on the other.
class Stream : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    std::array<int, 2> pair{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
    net::Transport transport(
        net::Socket(worker_.Loop(), boost::asio::generic::stream_protocol(AF_UNIX, 0), pair[0]));
    client_ = std::make_unique<RawClient>(worker_, pair[1]);
    if (GetParam()) {
      const CertificateFiles files;
      tls_ = files.Server();
      Started<absl::Status> handshake(worker_, transport.HandshakeAsServer(*tls_));
      ASSERT_TRUE(client_->StartTls());
      ASSERT_TRUE(handshake.Get().ok());
    }
    stream_ = std::make_unique<net::SocketStream>(std::move(transport));
  }

  absl::StatusOr<std::string> Read(std::size_t most) {
    std::vector<std::uint8_t> bytes(most);
    const auto count = Await(worker_, stream_->ReadSome(bytes));
    if (!count.ok()) {
      return count.status();
    }
    return AsString({bytes.data(), *count});
  }

  net::Worker worker_;
  std::shared_ptr<const net::TlsContext> tls_;
  std::unique_ptr<RawClient> client_;
  std::unique_ptr<net::SocketStream> stream_;
};

INSTANTIATE_TEST_SUITE_P(Net, Stream, ::testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "Tls" : "Plain");
});

TEST_P(Stream, WaitsAndReadsInPieces) {
  Started<absl::Status> waiting(worker_, stream_->WaitReadable());
  client_->Send("seven bytes, and then some");
  ASSERT_TRUE(waiting.Get().ok());
  std::string got;
  while (got.size() < 26) {
    // TLS took the whole record at the first read: the socket has nothing left to wait for.
    ASSERT_TRUE(Await(worker_, stream_->WaitReadable()).ok());
    const auto part = Read(7);
    ASSERT_TRUE(part.ok());
    got += *part;
  }
  EXPECT_EQ(got, "seven bytes, and then some");
}

TEST_P(Stream, WritesAllHoweverSlowlyItIsRead) {
  std::vector<std::uint8_t> bytes(8UL << 20U);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(i * 31 >> 3U);
  }
  Started<absl::Status> write(worker_, stream_->Write(bytes));
  ASSERT_TRUE(client_->Receive(1));
  EXPECT_FALSE(write.Done());
  ASSERT_TRUE(client_->Receive(bytes.size()));
  EXPECT_TRUE(write.Get().ok());
  EXPECT_EQ(client_->Received(), AsString(bytes));
}

TEST_P(Stream, BothWaysAtOnceWhileBothAreFull) {
  const std::vector<std::uint8_t> bytes(4UL << 20U, 'x');
  Started<absl::Status> write(worker_, stream_->Write(bytes));
  ASSERT_TRUE(client_->Receive(1));
  client_->Send("in between");
  EXPECT_EQ(*Read(100), "in between");
  ASSERT_TRUE(client_->Receive(bytes.size()));
  EXPECT_TRUE(write.Get().ok());
}

TEST_P(Stream, ItsPeersEndIsClean) {
  client_->Send("last");
  client_->SendEnd();
  EXPECT_EQ(*Read(10), "last");
  EXPECT_EQ(Read(10).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_P(Stream, WritingToOneThatIsGoneFails) {
  client_.reset();
  const std::vector<std::uint8_t> bytes(1UL << 20U, 'x');
  EXPECT_EQ(Await(worker_, stream_->Write(bytes)).code(), absl::StatusCode::kUnavailable);
}

TEST_P(Stream, CloseCancelsWhatIsInFlight) {
  std::array<std::uint8_t, 16> target{};
  const std::vector<std::uint8_t> bytes(8UL << 20U, 'x');
  Started<absl::StatusOr<std::size_t>> read(worker_, stream_->ReadSome(target));
  Started<absl::Status> write(worker_, stream_->Write(bytes));
  ASSERT_TRUE(client_->Receive(1));
  const std::string peer = stream_->Facts().peer;
  const std::string tls = stream_->Facts().tls_version;
  stream_->Close({});
  stream_->Close({});
  EXPECT_EQ(read.Get().status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(write.Get().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Await(worker_, stream_->WaitReadable()).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Read(1).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Await(worker_, stream_->Write(bytes)).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Await(worker_, stream_->Closed()), Closing::kClean);
  EXPECT_TRUE(client_->ReceiveEnd());
  EXPECT_EQ(stream_->Facts().peer, peer);
  EXPECT_EQ(stream_->Facts().tls_version, tls);
  EXPECT_EQ(tls, GetParam() ? "TLSv1.3" : "");
}

}  // namespace
}  // namespace porthole::testing

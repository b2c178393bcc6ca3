#include "net/tls_stream.h"

#include "net/worker.h"
#include "tests/support/bytes.h"
#include "tests/support/memory_stream.h"
#include "tests/support/run_until_idle.h"
#include "tests/unit/net/certificate.h"

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::testing {
namespace {

using ::testing::HasSubstr;

// A client and a server of one TLS connection in memory, each over an end of a pair.
class TlsStreamTest : public ::testing::Test {
 protected:
  TlsStreamTest() : context_(SSL_CTX_new(TLS_method()), SSL_CTX_free) {
    SSL_CTX_use_certificate_file(context_.get(), files_.certificate.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context_.get(), files_.private_key.c_str(), SSL_FILETYPE_PEM);
  }

  void Join(std::size_t cut = SIZE_MAX, std::size_t capacity = std::size_t{64} * 1024) {
    MemoryStreamPair pair = MemoryStreamPair::Make(loop_.get_executor(), capacity);
    near_ = pair.near.get();
    far_ = pair.far.get();
    near_->CutReads(cut);
    far_->CutReads(cut);
    SSL* const client = SSL_new(context_.get());
    SSL_set_connect_state(client);
    client_ = std::make_unique<net::TlsStream>(std::move(pair.near), client);
    SSL* const server = SSL_new(context_.get());
    SSL_set_accept_state(server);
    server_ = std::make_unique<net::TlsStream>(std::move(pair.far), server);
  }
  // Both handshakes, together.
  bool Shake() {
    const auto served = std::make_shared<std::optional<absl::Status>>();
    boost::asio::co_spawn(
        loop_, server_->Handshake(),
        [served](const std::exception_ptr&, absl::Status status) { *served = std::move(status); });
    const auto shaken = RunUntilIdle(loop_, client_->Handshake());
    return shaken.has_value() && shaken->ok() && served->has_value() && (**served).ok();
  }
  std::string Read(net::TlsStream& from, std::size_t bytes) {
    std::string all;
    while (all.size() < bytes) {
      std::vector<std::uint8_t> target(9000);
      const auto waited = RunUntilIdle(loop_, from.WaitReadable());
      const auto count = RunUntilIdle(loop_, from.ReadSome(target));
      if (!waited.has_value() || !count.has_value() || !count->ok()) {
        break;
      }
      all += AsString({target.data(), **count});
    }
    return all;
  }
  absl::Status Error(net::TlsStream& from) {
    std::vector<std::uint8_t> target(100);
    const auto count = RunUntilIdle(loop_, from.ReadSome(target));
    return count.has_value() ? count->status() : absl::InternalError("it still waits");
  }

  CertificateFiles files_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  boost::asio::io_context loop_;
  MemoryStream* near_ = nullptr;
  MemoryStream* far_ = nullptr;
  std::unique_ptr<net::TlsStream> client_;
  std::unique_ptr<net::TlsStream> server_;
};

TEST_F(TlsStreamTest, MovesBytesHoweverTheyAreCut) {
  for (const std::size_t cut : {1UL, 2UL, 5UL, 1000UL, 16400UL, 1000000UL}) {
    Join(cut);
    ASSERT_TRUE(Shake()) << cut;

    const std::string large(20000, 'x');
    ASSERT_TRUE(RunToEnd(loop_, client_->Write(AsBytes("hello " + large))).ok());
    EXPECT_EQ(Read(*server_, 6 + large.size()), "hello " + large) << cut;
    ASSERT_TRUE(RunToEnd(loop_, server_->Write(AsBytes("back"))).ok());
    EXPECT_EQ(Read(*client_, 4), "back") << cut;
    EXPECT_THAT(client_->Facts().tls_version, HasSubstr("TLSv1.3"));
    EXPECT_EQ(client_->Facts().peer, "memory");
  }
}

TEST_F(TlsStreamTest, GoesThroughAPipeThatIsSmallerThanARecord) {
  SSL_CTX_set_num_tickets(context_.get(), 0);  // nobody reads before the handshake is over
  Join(SIZE_MAX, 500);
  ASSERT_TRUE(Shake());
  const std::string large(100000, 'y');

  const auto written = std::make_shared<std::optional<absl::Status>>();
  boost::asio::co_spawn(
      loop_, client_->Write(AsBytes(large)),
      [written](const std::exception_ptr&, absl::Status status) { *written = std::move(status); });

  EXPECT_EQ(Read(*server_, large.size()), large);
  loop_.restart();
  loop_.poll();
  EXPECT_TRUE(written->has_value() && (**written).ok());
}

TEST_F(TlsStreamTest, WorksWithinItself) {
  Join();
  ASSERT_TRUE(Shake());
  SSL* const client = SSL_new(context_.get());
  SSL_set_connect_state(client);
  client_ = std::make_unique<net::TlsStream>(std::move(client_), client);
  SSL* const server = SSL_new(context_.get());
  SSL_set_accept_state(server);
  server_ = std::make_unique<net::TlsStream>(std::move(server_), server);

  ASSERT_TRUE(Shake());

  ASSERT_TRUE(RunToEnd(loop_, client_->Write(AsBytes("inside"))).ok());
  EXPECT_EQ(Read(*server_, 6), "inside");
}

TEST_F(TlsStreamTest, AHandshakeWithSomethingElseFailsInWords) {
  Join();
  far_->Push("RFB 003.008\n and what else a server says that has no TLS");

  const absl::Status status = RunToEnd(loop_, client_->Handshake());

  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(status.ToString(), HasSubstr("does not speak TLS"));
}

TEST_F(TlsStreamTest, AHandshakeThatIsCutOffFails) {
  Join();
  far_->SendEof();
  EXPECT_EQ(RunToEnd(loop_, client_->Handshake()).code(), absl::StatusCode::kAborted);

  Join();
  near_->FailFrom(1, absl::DeadlineExceededError("slow"));
  EXPECT_EQ(RunToEnd(loop_, client_->Handshake()).code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(TlsStreamTest, RecordsThatWereTamperedWithAreAnError) {
  Join();
  ASSERT_TRUE(Shake());
  near_->Take();  // session tickets
  far_->Push(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'z'));

  EXPECT_EQ(Error(*client_).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(TlsStreamTest, TheEndIsAnEndWithOrWithoutGoodbye) {
  Join();
  ASSERT_TRUE(Shake());
  SSL_shutdown(server_->Native());
  ASSERT_TRUE(RunToEnd(loop_, server_->Handshake()).ok());  // sends what OpenSSL has to say
  const absl::Status told = Error(*client_);
  EXPECT_EQ(told.code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(told.ToString(), HasSubstr("the TLS connection ended"));

  Join();
  ASSERT_TRUE(Shake());
  far_->SendEof();
  EXPECT_EQ(Error(*client_).code(), absl::StatusCode::kOutOfRange);
}

TEST_F(TlsStreamTest, ClosedItPassesNothing) {
  Join();
  ASSERT_TRUE(Shake());
  const auto reading = std::make_shared<std::optional<absl::Status>>();
  boost::asio::co_spawn(
      loop_, client_->WaitReadable(),
      [reading](const std::exception_ptr&, absl::Status status) { *reading = std::move(status); });

  client_->Close({});
  loop_.restart();
  loop_.poll();

  EXPECT_EQ(Error(*client_).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(RunToEnd(loop_, client_->Write(AsBytes("x"))).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(RunToEnd(loop_, client_->WaitReadable()).code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(near_->ClosedWith().has_value());
}

}  // namespace
}  // namespace porthole::testing

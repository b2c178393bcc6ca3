#include "net/websocket_host.h"

#include "net/websocket_upgrade.h"
#include "net/worker.h"
#include "tests/support/bytes.h"
#include "tests/support/memory_stream.h"
#include "tests/support/run_until_idle.h"
#include "tests/unit/net/frames.h"

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Stream = absl::StatusOr<std::unique_ptr<net::ByteStream>>;

// What a server answers to the key of `request`, computed by other means than the client's.
std::string AcceptFor(const std::string& request) {
  const std::string_view name = "Sec-WebSocket-Key: ";
  const std::size_t at = request.find(name) + name.size();
  const std::string text =
      request.substr(at, request.find("\r\n", at) - at) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 20> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  std::array<unsigned char, 32> base64{};
  const int size = EVP_EncodeBlock(base64.data(), digest.data(), digest.size());
  return {reinterpret_cast<char*>(base64.data()), static_cast<std::size_t>(size)};
}

std::string ServerFrameOf(unsigned first, std::string_view payload = "") {
  return FrameHead(first, payload.size(), false) + std::string(payload);
}

// A client's frame, unmasked.
struct ClientFrame {
  unsigned first = 0;
  std::string payload;
};
ClientFrame TakeClientFrame(std::string& sent) {
  const auto byte = [&sent](std::size_t i) { return static_cast<unsigned char>(sent.at(i)); };
  std::size_t size = byte(1) & 0x7FU;
  EXPECT_NE(byte(1) & 0x80U, 0U) << "not masked";
  std::size_t head = 2;
  if (size == 126) {
    size = byte(2) * 256U + byte(3);
    head = 4;
  } else if (size == 127) {
    size = (byte(7) * 65536U) + byte(8) * 256U + byte(9);
    head = 10;
  }
  ClientFrame frame{byte(0), sent.substr(head + 4, size)};
  for (std::size_t i = 0; i < size; ++i) {
    frame.payload[i] = static_cast<char>(byte(head + 4 + i) ^ byte(head + (i % 4)));
  }
  sent.erase(0, head + 4 + size);
  return frame;
}

class WebSocketHostTest : public ::testing::Test {
 protected:
  // Asks, and lets the server answer with `answer`, in which ACCEPT stands for the right key.
  Stream Open(std::string answer) {
    pair_ = MemoryStreamPair::Make(worker_.Loop().get_executor());
    raw_ = pair_.near.get();
    const auto result = std::make_shared<std::optional<absl::Status>>();
    boost::asio::co_spawn(
        worker_.Loop(), net::AskUpgrade(*raw_, "esxi-3", "/ticket/abc"),
        [result](const std::exception_ptr&, absl::Status status) { *result = std::move(status); });
    worker_.Loop().restart();
    worker_.Loop().poll();
    request_ = AsString(pair_.far->Take());
    if (const std::size_t at = answer.find("ACCEPT"); at != std::string::npos) {
      answer.replace(at, 6, AcceptFor(request_));
    }
    pair_.far->Push(answer);
    worker_.Loop().restart();
    worker_.Loop().poll();
    if (!result->has_value() || !(**result).ok()) {
      return result->has_value() ? **result : absl::InternalError("it still waits");
    }
    return std::make_unique<net::WebSocketHost>(std::move(pair_.near),
                                                worker_.Loop().get_executor(), worker_.Clockwork());
  }
  net::ByteStream& Opened() {
    if (stream_ != nullptr) {  // whoever still reads from it must hear of its end
      stream_->Close({});
      worker_.Loop().restart();
      worker_.Loop().poll();
    }
    stream_ = *Open(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\n"
        "Sec-WebSocket-Accept: ACCEPT\r\nSec-WebSocket-Protocol: binary\r\n\r\n");
    return *stream_;
  }
  absl::StatusOr<std::string> Read(std::size_t most = 1000) {
    std::vector<std::uint8_t> target(most);
    const auto count = RunUntilIdle(worker_.Loop(), stream_->ReadSome(target));
    if (!count.has_value()) {
      return absl::InternalError("it still waits");
    }
    return count->ok() ? absl::StatusOr<std::string>(AsString({target.data(), **count}))
                       : count->status();
  }
  // Reads until an error or until it would wait.
  std::string ReadAll() {
    std::string all;
    while (true) {
      const auto readable = RunUntilIdle(worker_.Loop(), stream_->WaitReadable());
      if (!readable.has_value() || !readable->ok()) {
        return all;
      }
      all += *Read();
    }
  }
  absl::Status Write(std::string_view bytes) {
    return RunToEnd(worker_.Loop(), stream_->Write(AsBytes(bytes)));
  }
  std::string Sent() { return AsString(pair_.far->Take()); }

  net::Worker worker_;
  MemoryStreamPair pair_;
  MemoryStream* raw_ = nullptr;
  std::string request_;
  std::unique_ptr<net::ByteStream> stream_;
};

TEST_F(WebSocketHostTest, AsksForThePathAndTheSubprotocolBinary) {
  Opened();

  EXPECT_THAT(request_, ::testing::StartsWith("GET /ticket/abc HTTP/1.1\r\nHost: esxi-3\r\n"));
  EXPECT_THAT(request_, HasSubstr("\r\nSec-WebSocket-Protocol: binary\r\n"));
  EXPECT_THAT(request_, HasSubstr("\r\nSec-WebSocket-Version: 13\r\n"));
  EXPECT_THAT(request_, Not(HasSubstr("Extensions")));
}

TEST_F(WebSocketHostTest, TakesNoUpgradeButTheOneItAskedFor) {
  const std::string good = "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  EXPECT_TRUE(Open(good + "Sec-WebSocket-Accept: ACCEPT\r\n\r\n").ok());
  for (const std::string& answer :
       {good + "\r\n", good + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        good + "Sec-WebSocket-Accept: ACCEPT\r\nSec-WebSocket-Protocol: base64\r\n\r\n",
        good + "Sec-WebSocket-Accept: ACCEPT\r\nSec-WebSocket-Extensions: x\r\n\r\n",
        std::string("HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: ACCEPT\r\n\r\n"),
        std::string("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: close\r\n"
                    "Sec-WebSocket-Accept: ACCEPT\r\n\r\n")}) {
    EXPECT_EQ(Open(answer).status().code(), absl::StatusCode::kInvalidArgument) << answer;
  }
}

TEST_F(WebSocketHostTest, SaysTheStatusOfARefusalAndNotThePath) {
  const absl::Status status = Open("HTTP/1.1 404 /ticket/abc\r\n\r\n").status();

  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(status.ToString(), HasSubstr("404"));
  EXPECT_THAT(status.ToString(), Not(HasSubstr("ticket")));
}

TEST_F(WebSocketHostTest, ReadsMessagesHoweverTheyAreCut) {
  const std::string large(70000, 'L');
  const std::string bytes = ServerFrameOf(kFin | kBinary, "RFB 003.008\n") +
                            ServerFrameOf(kBinary, "one ") + ServerFrameOf(kFin | kPong, "x") +
                            ServerFrameOf(kContinuation, "") +
                            ServerFrameOf(kFin | kContinuation, "message") +
                            ServerFrameOf(kFin | kBinary, std::string(200, 'm')) +
                            ServerFrameOf(kFin | kBinary) + ServerFrameOf(kFin | kBinary, large);
  for (const std::size_t cut : {1UL, 2UL, 3UL, 7UL, 100UL, 1000UL, 100000UL}) {
    Opened();
    raw_->CutReads(cut);
    pair_.far->Push(bytes);

    EXPECT_EQ(ReadAll(), "RFB 003.008\none message" + std::string(200, 'm') + large) << cut;
  }
}

TEST_F(WebSocketHostTest, WritesMaskedBinaryMessagesOfAnyLength) {
  Opened();
  for (const std::size_t size : {0UL, 1UL, 125UL, 126UL, 4090UL, 65535UL, 65536UL, 70001UL}) {
    std::string payload;
    for (std::size_t i = 0; i < size; ++i) {
      payload.push_back(static_cast<char>(i * 7));
    }
    const auto written = RunUntilIdle(worker_.Loop(), stream_->Write(AsBytes(payload)));
    std::string sent = Sent();
    worker_.Loop().restart();
    worker_.Loop().poll();  // what was beyond the pipe's room
    sent += Sent();

    const ClientFrame frame = TakeClientFrame(sent);
    EXPECT_EQ(frame.first, kFin | kBinary);
    EXPECT_EQ(frame.payload, payload) << size;
    EXPECT_EQ(sent, "");
    static_cast<void>(written);
  }
}

TEST_F(WebSocketHostTest, MasksAreNotRepeated) {
  Opened();
  ASSERT_TRUE(Write("aaaa").ok());
  const std::string one = Sent();
  ASSERT_TRUE(Write("aaaa").ok());
  EXPECT_NE(one, Sent());
}

TEST_F(WebSocketHostTest, AnswersAPingWhileItReads) {
  Opened();
  pair_.far->Push(ServerFrameOf(kFin | kPing, "are you there") +
                  ServerFrameOf(kFin | kBinary, "bytes"));

  EXPECT_EQ(*Read(), "bytes");
  std::string sent = Sent();
  const ClientFrame pong = TakeClientFrame(sent);
  EXPECT_EQ(pong.first, kFin | kPong);
  EXPECT_EQ(pong.payload, "are you there");
}

TEST_F(WebSocketHostTest, APingWithinAFrameInFlightIsAnsweredBehindIt) {
  Opened();
  const std::string large(200000, 'x');
  ASSERT_FALSE(RunUntilIdle(worker_.Loop(), stream_->Write(AsBytes(large))).has_value());
  pair_.far->Push(ServerFrameOf(kFin | kPing, "p") + ServerFrameOf(kFin | kBinary, "bytes"));
  EXPECT_EQ(*Read(), "bytes");

  std::string sent = Sent();
  for (int i = 0; i < 10; ++i) {
    worker_.Loop().restart();
    worker_.Loop().poll();
    sent += Sent();
  }

  EXPECT_EQ(TakeClientFrame(sent).payload, large);
  EXPECT_EQ(TakeClientFrame(sent).first, kFin | kPong);
  EXPECT_EQ(sent, "");
}

TEST_F(WebSocketHostTest, EndsWithWhatIsNoWebSocket) {
  using namespace std::string_literals;
  for (const std::string& bytes :
       {ServerFrameOf(kFin | kText, "text"), ServerFrameOf(kFin | kContinuation, "of nothing"),
        ServerFrameOf(kBinary, "") + ServerFrameOf(kFin | kBinary, "within"),
        ServerFrameOf(kFin | 0x40U | kBinary, "reserved"), ServerFrameOf(kFin | 3U, "unknown"),
        ServerFrameOf(kFin | 11U, "unknown"), FrameHead(kFin | kBinary, 4) + "mask"s,
        ServerFrameOf(kPing, "in pieces"), ServerFrameOf(kFin | kPing, std::string(126, 'l')),
        "\x82\x7E\x00\x7D"s, "\x82\x7F\x00\x00\x00\x00\x00\x00\xFF\xFF"s,
        "\x82\x7F\x80\x00\x00\x00\x00\x00\x00\x00"s}) {
    Opened();
    pair_.far->Push(bytes);

    EXPECT_EQ(Read().status().code(), absl::StatusCode::kInvalidArgument) << bytes;
  }
}

TEST_F(WebSocketHostTest, ToldGoodbyeItAnswersAndTellsTheCode) {
  Opened();
  pair_.far->Push(ServerFrameOf(kFin | kBinary, "last") +
                  ServerFrameOf(kFin | kClose, "\x03\xE9 going"));

  EXPECT_EQ(*Read(), "last");
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(stream_->ClosedByPeer()->code, 1001);
  std::string sent = Sent();
  EXPECT_EQ(TakeClientFrame(sent).first, kFin | kClose);
}

TEST_F(WebSocketHostTest, AnEndWithinAFrameIsNoGoodEnd) {
  Opened();
  pair_.far->Push(FrameHead(kFin | kBinary, 10, false) + "half");
  pair_.far->SendEof();

  EXPECT_EQ(*Read(), "half");
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(WebSocketHostTest, SaysGoodbyeWhenItIsClosed) {
  Opened();

  stream_->Close({});
  stream_->Close({});
  worker_.Loop().restart();
  worker_.Loop().poll();

  std::string sent = Sent();
  const ClientFrame close = TakeClientFrame(sent);
  EXPECT_EQ(close.first, kFin | kClose);
  EXPECT_EQ(close.payload, "\x03\xE8");
  EXPECT_EQ(sent, "");
  EXPECT_TRUE(raw_->ClosedWith().has_value());
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Write("x").code(), absl::StatusCode::kCancelled);
}

TEST_F(WebSocketHostTest, MayGoWhileItsGoodbyeIsUnderWay) {
  Opened();
  stream_->Close({});
  stream_.reset();

  worker_.Loop().restart();
  worker_.Loop().poll();

  std::string sent = Sent();
  EXPECT_EQ(TakeClientFrame(sent).first, kFin | kClose);
}

TEST_F(WebSocketHostTest, ClosedWithinAFrameItJustEnds) {
  Opened();
  const std::string large(200000, 'x');
  ASSERT_FALSE(RunUntilIdle(worker_.Loop(), stream_->Write(AsBytes(large))).has_value());

  stream_->Close({});

  EXPECT_TRUE(raw_->ClosedWith().has_value());
  worker_.Loop().restart();
  worker_.Loop().poll();
}

}  // namespace
}  // namespace porthole::testing

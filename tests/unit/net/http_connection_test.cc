#include "tests/unit/net/served.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace porthole::testing {
namespace {

using net::UpgradeCheck;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

net::HttpResponse Answer(std::string body) {
  net::HttpResponse response;
  response.content_type = "text/plain";
  response.headers = {{"X-Own", "1"}};
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

class Connection : public ::testing::TestWithParam<bool> {
 protected:
  void Open(net::Timeouts timeouts = Unhurried(), int receive_buffer = 0) {
    joined_.reset();
    served_ = std::make_unique<Served>(timeouts, GetParam());
    joined_ = std::make_unique<Joined>(*served_, receive_buffer);
  }
  net::Worker& Home() { return served_->Home(); }
  RawClient& Client() { return joined_->client; }
  net::HttpConnection& Server() { return *joined_->server; }
  absl::StatusOr<net::HttpRequest> Ask(std::string_view bytes) {
    Client().Send(bytes);
    return Await(Home(), Server().ReadRequest());
  }

  std::unique_ptr<Served> served_;
  std::unique_ptr<Joined> joined_;
};

INSTANTIATE_TEST_SUITE_P(Net, Connection, ::testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "Tls" : "Plain");
});

TEST_P(Connection, AnswersRequestsOneAfterTheOther) {
  Open();
  Client().Send(
      "GET /a?q HTTP/1.1\r\nHost: h\r\nCookie: c\r\n\r\nHEAD /b HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto first = Await(Home(), Server().ReadRequest());
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->method, "GET");
  EXPECT_EQ(first->path, "/a");
  EXPECT_EQ(first->query, "q");
  EXPECT_EQ(first->Header("cookie"), "c");
  EXPECT_EQ(first->upgrade, UpgradeCheck::kNone);
  EXPECT_TRUE(Server().KeepAlive());
  EXPECT_TRUE(Await(Home(), Server().Respond(Answer("one"), true)).ok());
  const auto second = Await(Home(), Server().ReadRequest());
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->method, "HEAD");
  EXPECT_TRUE(Await(Home(), Server().Respond(Answer("two"), false)).ok());
  Started<net::Closing> finished(Home(), Server().Finish());
  EXPECT_TRUE(Client().ReceiveEnd());
  Client().SendEnd();
  EXPECT_EQ(finished.Get(), net::Closing::kClean);
  EXPECT_THAT(Client().Received(), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Client().Received(), HasSubstr("X-Own: 1\r\n"));
  EXPECT_THAT(Client().Received(), HasSubstr("Content-Length: 3\r\n\r\noneHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Client().Received(), HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(Client().Received(), ::testing::Not(HasSubstr("two")));
}

TEST_P(Connection, Http10IsAnsweredAsSuchAndClosed) {
  Open();
  ASSERT_TRUE(Ask("GET / HTTP/1.0\r\n\r\n").ok());
  EXPECT_FALSE(Server().KeepAlive());
  EXPECT_TRUE(Await(Home(), Server().Respond(Answer("x"), false)).ok());
  EXPECT_TRUE(Client().ReceiveText("\r\n\r\nx"));
  EXPECT_THAT(Client().Received(), StartsWith("HTTP/1.0 200"));
}

TEST_P(Connection, MalformedRequestsAreRefusedAndAnswerable) {
  const std::vector<std::pair<std::string, std::string>> malformed = {
      {"no HTTP", "RFB 003.008\n\r\n\r\n"},
      {"no host", "GET / HTTP/1.1\r\n\r\n"},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
      {"another host", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"a version to come", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
      {"a version that never was", "GET / HTTP/1.7\r\nHost: a\r\n\r\n"},
      {"a bare LF", "GET / HTTP/1.1\nHost: a\n\n"},
      {"a space in a name", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"},
      {"a control character", "GET / HTTP/1.1\r\nHost: a\x01\r\n\r\n"},
      {"a control character in the target", "GET /\x7F HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"lengths that differ",
       "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"},
      {"a length that is none", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"},
      {"a length and chunks",
       "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"chunks and a length",
       "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"},
  };
  for (const auto& [name, bytes] : malformed) {
    SCOPED_TRACE(name);
    Open();
    const auto request = Ask(bytes);
    EXPECT_EQ(request.status().code(), absl::StatusCode::kInvalidArgument) << request.status();
    EXPECT_TRUE(Await(Home(), Server().Respond(Answer("no"), false)).ok());
    EXPECT_TRUE(Client().ReceiveText("\r\n\r\nno"));
  }
}

TEST_P(Connection, BodiesAreSeenAndEndTheConnection) {
  for (const char* const header :
       {"Content-Length: 5", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip"}) {
    Open();
    const auto request = Ask("GET / HTTP/1.1\r\nHost: h\r\n" + std::string(header) + "\r\n\r\n");
    ASSERT_TRUE(request.ok()) << header;
    EXPECT_TRUE(request->has_body) << header;
    EXPECT_FALSE(Server().KeepAlive()) << header;
  }
}

TEST_P(Connection, AHeadIsAtMost16KiB) {
  Open();
  const std::string rest = "GET / HTTP/1.1\r\nHost: h\r\nX: \r\n\r\n";
  const auto fits =
      Ask("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(16384 - rest.size(), 'x') + "\r\n\r\n");
  EXPECT_TRUE(fits.ok()) << fits.status();
  Open();
  const auto too_long = Ask("GET /" + std::string(17000, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(too_long.status().code(), absl::StatusCode::kResourceExhausted) << too_long.status();
  // The answer arrives although the rest of the request was never read.
  EXPECT_TRUE(Await(Home(), Server().Respond(Answer("no"), false)).ok());
  const Started<net::Closing> finished(Home(), Server().Finish());
  EXPECT_TRUE(Client().ReceiveEnd());
  EXPECT_THAT(Client().Received(), HasSubstr("\r\n\r\nno"));
}

TEST_P(Connection, ASlowHeadEnds) {
  net::Timeouts timeouts = Unhurried();
  timeouts.http_header = milliseconds(100);
  Open(timeouts);
  EXPECT_EQ(Ask("GET / HTTP/1.1\r\nHo").status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(Client().ReceiveEnd());
}

TEST_P(Connection, AnIdleConnectionIsLetGoWithoutAReset) {
  net::Timeouts timeouts = Unhurried();
  timeouts.http_idle = milliseconds(100);
  Open(timeouts);
  ASSERT_TRUE(Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n").ok());
  ASSERT_TRUE(Await(Home(), Server().Respond(Answer("x"), true)).ok());
  ASSERT_TRUE(Client().ReceiveText("\r\n\r\nx"));
  const auto next = Await(Home(), Server().ReadRequest());
  EXPECT_EQ(next.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(Client().ReceiveEnd());
  EXPECT_FALSE(Client().WasReset());
}

TEST_P(Connection, AnAnswerThatIsNotReadEnds) {
  net::Timeouts timeouts = Unhurried();
  timeouts.http_idle = milliseconds(200);
  Open(timeouts, 4096);
  ASSERT_TRUE(Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n").ok());
  const auto sent = Await(Home(), Server().Respond(Answer(std::string(16UL << 20U, 'x')), true));
  EXPECT_EQ(sent.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(Client().ReceiveEnd());
}

TEST_P(Connection, AnEndIsTold) {
  Open();
  Client().SendEnd();
  EXPECT_EQ(Await(Home(), Server().ReadRequest()).status().code(), absl::StatusCode::kOutOfRange);
  Open();
  Client().Vanish();
  EXPECT_EQ(Await(Home(), Server().ReadRequest()).status().code(), absl::StatusCode::kUnavailable);
}

TEST_P(Connection, UpgradesAreJudged) {
  const auto without = [](const std::string& header) {
    std::string request = UpgradeRequest();
    const std::size_t at = request.find(header);
    return request.erase(at, request.find("\r\n", at) + 2 - at);
  };
  const auto with = [](const std::string& old, const std::string& put) {
    std::string request = UpgradeRequest();
    return request.replace(request.find(old), old.size(), put);
  };
  const std::vector<std::pair<std::string, UpgradeCheck>> cases = {
      {UpgradeRequest(), UpgradeCheck::kValid},
      {UpgradeRequest("Content-Length: 0\r\n"), UpgradeCheck::kValid},
      {without("Upgrade: "), UpgradeCheck::kNone},
      {with("Upgrade: websocket", "Upgrade: h2c"), UpgradeCheck::kNone},
      {with("Version: 13", "Version: 8"), UpgradeCheck::kBadVersion},
      {without("Sec-WebSocket-Version"), UpgradeCheck::kBadVersion},
      {without("Sec-WebSocket-Key"), UpgradeCheck::kMalformed},
      {UpgradeRequest("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), UpgradeCheck::kMalformed},
      {with("dGhlIHNhbXBsZSBub25jZQ==", "short=="), UpgradeCheck::kMalformed},
      {with("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j!Q=="), UpgradeCheck::kMalformed},
      {with("Connection: keep-alive, Upgrade", "Connection: close"), UpgradeCheck::kMalformed},
      {with("HTTP/1.1", "HTTP/1.0"), UpgradeCheck::kMalformed},
      {with("GET", "POST"), UpgradeCheck::kMalformed},
      {UpgradeRequest("Content-Length: 5\r\n"), UpgradeCheck::kMalformed},
      {UpgradeRequest() + "early frame", UpgradeCheck::kMalformed},
  };
  for (const auto& [bytes, expected] : cases) {
    SCOPED_TRACE(bytes);
    Open();
    const auto request = Ask(bytes);
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->upgrade, expected);
  }
}

// The transport went to the stream: saying good-bye must not look for it.
TEST_P(Connection, AnUpgradedOneCanStillBeFinished) {
  Open();
  ASSERT_TRUE(Ask(UpgradeRequest()).ok());
  EXPECT_NE(Server().Upgrade(""), nullptr);
  EXPECT_EQ(Await(Home(), Server().Finish()), net::Closing::kLost);
}

TEST(Handshake, ASilentClientIsLetGo) {
  net::Timeouts timeouts = Unhurried();
  timeouts.tls_handshake = milliseconds(100);
  Served served(timeouts, true);
  RawClient client(served.Home(), served.Port());
  const auto connection = served.Accept();
  client.Send("\x16\x03\x01");
  EXPECT_EQ(Await(served.Home(), connection->Handshake()).code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(client.ReceiveEnd());
}

TEST(Handshake, PlainHttpIsRefused) {
  Served served(Unhurried(), true);
  RawClient client(served.Home(), served.Port());
  const auto connection = served.Accept();
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(Await(served.Home(), connection->Handshake()).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Handshake, Http2AloneIsRefusedAndHttp11Chosen) {
  Served served(Unhurried(), true);
  for (const auto& [alpn, good] :
       {std::pair<std::string_view, bool>{"\x02h2", false}, {"\x02h2\x08http/1.1", true}}) {
    RawClient client(served.Home(), served.Port());
    const auto connection = served.Accept();
    Started<absl::Status> handshake(served.Home(), connection->Handshake());
    EXPECT_EQ(client.StartTls(alpn), good);
    EXPECT_EQ(handshake.Get().ok(), good);
  }
}

}  // namespace
}  // namespace porthole::testing

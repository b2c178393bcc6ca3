#include "net/http_answer.h"

#include "net/connect_tunnel.h"
#include "tests/support/bytes.h"
#include "tests/support/memory_stream.h"
#include "tests/support/run_until_idle.h"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace porthole::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(HttpAnswer, ReadsStatusAndHeaders) {
  const auto answer = ParseHttpAnswer(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade:websocket\r\nx-y: a\r\nX-Y:\t b \r\n\r\n");

  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 101U);
  EXPECT_EQ(answer->Header("upgrade"), "websocket");
  EXPECT_EQ(answer->Header("X-y"), "a, b");
  EXPECT_EQ(answer->Header("none"), std::nullopt);
}

TEST(HttpAnswer, TakesWhatServersReallySend) {
  for (const char* const head :
       {"HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200\r\n\r\n", "HTTP/1.1 200 \r\n\r\n",
        "HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\nA: b\r\n\n"}) {
    EXPECT_TRUE(ParseHttpAnswer(head).ok()) << head;
  }
}

TEST(HttpAnswer, RefusesWhatIsNoHttp) {
  using namespace std::string_literals;
  for (const std::string& head :
       {""s, "\r\n\r\n"s, "RFB 003.008\n\n"s, "HTTP/2 200\r\n\r\n"s, "HTTP/1.1 2000\r\n\r\n"s,
        "HTTP/1.1 20\r\n\r\n"s, "HTTP/1.1 099 x\r\n\r\n"s, "HTTP/1.1 600 x\r\n\r\n"s,
        "HTTP/1.1  200 x\r\n\r\n"s, "HTTP/1.1 200 x\r\nno colon\r\n\r\n"s,
        "HTTP/1.1 200 x\r\n: no name\r\n\r\n"s, "HTTP/1.1 200 x\r\nA : b\r\n\r\n"s,
        "HTTP/1.1 200 x\r\n folded: b\r\n\r\n"s, "HTTP/1.1 200 x\r\nA: b\rc\r\n\r\n"s,
        "HTTP/1.1 200 x\r\nA: b\0c\r\n\r\n"s, "HTTP/1.1 200 x\r\n"s,
        "HTTP/1.1 200 x\r\n\r\nmore\r\n\r\n"s}) {
    EXPECT_EQ(ParseHttpAnswer(head).status().code(), absl::StatusCode::kInvalidArgument) << head;
  }
}

// A server that answers a CONNECT with `says`; then the rest of a stream.
class TunnelTest : public ::testing::Test {
 protected:
  absl::Status Ask(const std::string& says, std::size_t cut = SIZE_MAX) {
    pair_ = testing::MemoryStreamPair::Make(context_.get_executor());
    pair_.near->CutReads(cut);
    pair_.far->Push(says);
    if (ends_) {
      pair_.far->SendEof();
    }
    return testing::RunToEnd(context_, AskTunnel(*pair_.near, tunnel_, "203.0.113.7:5900"));
  }
  std::string Asked() { return testing::AsString(pair_.far->Take()); }
  std::string Rest() { return testing::AsString(pair_.near->Take()); }

  boost::asio::io_context context_;
  testing::MemoryStreamPair pair_;
  Tunnel tunnel_ = *ParseTunnelUrl("http://squid.example:3128");
  bool ends_ = false;
};

TEST_F(TunnelTest, AsksAWebProxyForTheAddress) {
  ASSERT_TRUE(Ask("HTTP/1.1 200 Connection established\r\n\r\nRFB 003.008\n").ok());

  EXPECT_EQ(Asked(), "CONNECT 203.0.113.7:5900 HTTP/1.1\r\nHost: 203.0.113.7:5900\r\n\r\n");
  EXPECT_EQ(Rest(), "RFB 003.008\n");
}

TEST_F(TunnelTest, AsksXenServerForThePathWithItsCookie) {
  tunnel_ = *ParseTunnelUrl("https://xen-1.example");
  tunnel_.path = Secret("/console?uuid=5b1f3a0e");
  tunnel_.cookie = Secret("session_id=OpaqueRef:77");

  ASSERT_TRUE(Ask("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nRFB 003.003\n").ok());

  EXPECT_EQ(Asked(),
            "CONNECT /console?uuid=5b1f3a0e HTTP/1.0\r\nHost: xen-1.example\r\n"
            "Cookie: session_id=OpaqueRef:77\r\n\r\n");
  EXPECT_EQ(Rest(), "RFB 003.003\n");
}

TEST_F(TunnelTest, WhatFollowsTheAnswerStaysWhereverItIsCut) {
  const std::string says = "HTTP/1.0 200 OK\r\nVia: 1.1 squid\r\n\r\nRFB 003.008\n";
  for (std::size_t cut = 1; cut <= says.size(); ++cut) {
    ASSERT_TRUE(Ask(says, cut).ok()) << cut;
    EXPECT_EQ(Rest(), "RFB 003.008\n") << cut;
  }
}

TEST_F(TunnelTest, AnAnswerThatEndsTooSoonIsAnErrorWhereverItDoes) {
  const std::string says = "HTTP/1.0 200 OK\r\nVia: 1.1 squid\r\n\r\n";
  ends_ = true;
  for (std::size_t size = 0; size < says.size(); ++size) {
    EXPECT_EQ(Ask(says.substr(0, size)).code(), absl::StatusCode::kInvalidArgument) << size;
  }
  EXPECT_TRUE(Ask(says).ok());
}

TEST_F(TunnelTest, OnlyTwoHundredsAreASuccessAndTheErrorSaysTheStatusAlone) {
  tunnel_.path = Secret("/console?uuid=very-secret");
  tunnel_.cookie = Secret("session_id=very-secret");
  for (const int status : {100, 101, 199, 300, 302, 400, 403, 407, 500, 503}) {
    const absl::Status asked = Ask("HTTP/1.1 " + std::to_string(status) +
                                   " session_id=very-secret\r\nX: very-secret\r\n\r\n");
    EXPECT_EQ(asked.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(asked.ToString(), HasSubstr("answered with " + std::to_string(status)));
    EXPECT_THAT(asked.ToString(), Not(HasSubstr("secret")));
  }
  EXPECT_TRUE(Ask("HTTP/1.1 204 x\r\n\r\n").ok());
}

TEST_F(TunnelTest, AHeadWithoutEndIsCutOff) {
  const std::string begin = "HTTP/1.1 200 OK\r\nX: ";
  const std::string end = "\r\n\r\n";
  const std::size_t room = kMaxAnswerBytes - begin.size() - end.size();
  EXPECT_TRUE(Ask(begin + std::string(room, 'x') + end).ok());
  EXPECT_THAT(Ask(begin + std::string(room + 1, 'x') + end).ToString(),
              HasSubstr("longer than 8 KiB"));
}

}  // namespace
}  // namespace porthole::net

#include "tests/unit/net/served.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

// A connection that a proxy introduces, over loopback.

namespace porthole::testing {
namespace {

using ::testing::HasSubstr;
using std::string_view_literals::operator""sv;

constexpr std::string_view kHeader =
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C\xC0\0\x02\x07\xC0\0\x02\x01\xDC\x04\x01\xBB"sv;
constexpr std::string_view kRequest = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

class Introduced : public ::testing::Test {
 protected:
  void Open(std::string_view trusted, net::Timeouts timeouts = Unhurried()) {
    server_.reset();  // before the loop that it is on
    client_.reset();
    net::Proxies proxies;
    proxies.trusted = {*IpPrefix::Parse(trusted)};
    proxies.proxy_protocol = true;
    served_ = std::make_unique<Served>(timeouts, false,
                                       std::make_shared<const net::Proxies>(std::move(proxies)));
    client_ = std::make_unique<RawClient>(served_->Home(), served_->Port());
    server_ = served_->Accept();
  }
  absl::Status Introduce() { return Await(served_->Home(), server_->Introduce()); }
  std::string Path() {
    const auto request = Await(served_->Home(), server_->ReadRequest());
    return request.ok() ? request->path : request.status().ToString();
  }

  std::unique_ptr<Served> served_;
  std::unique_ptr<RawClient> client_;
  std::unique_ptr<net::HttpConnection> server_;
};

TEST_F(Introduced, ByALineTakesNothingOfTheRequest) {
  Open("127.0.0.0/8");
  client_->Send("PROXY TCP4 192.0.2.7 192.0.2.1 56324 443\r\n" + std::string(kRequest));

  ASSERT_TRUE(Introduce().ok());
  EXPECT_EQ(server_->Peer().ToString(), "192.0.2.7");
  EXPECT_EQ(Path(), "/a");
}

TEST_F(Introduced, ByAHeaderTakesNothingOfTheRequest) {
  Open("127.0.0.0/8");
  client_->Send(std::string(kHeader) + std::string(kRequest));

  ASSERT_TRUE(Introduce().ok());
  EXPECT_EQ(server_->Peer().ToString(), "192.0.2.7");
  EXPECT_EQ(Path(), "/a");
}

TEST_F(Introduced, ByteForByte) {
  for (const std::string_view header :
       {kHeader, "PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n"sv, "PROXY UNKNOWN\r\n"sv}) {
    Open("127.0.0.0/8");
    Started<absl::Status> introduced(served_->Home(), server_->Introduce());
    for (const char byte : header) {
      EXPECT_FALSE(introduced.Done());
      client_->Send(std::string_view(&byte, 1));
      served_->Home().Loop().poll();
    }
    EXPECT_TRUE(introduced.Get().ok());
    client_->Send(kRequest);
    EXPECT_EQ(Path(), "/a");
  }
}

TEST_F(Introduced, AsTheProxyItselfStaysIt) {
  Open("127.0.0.0/8");
  client_->Send("PROXY UNKNOWN\r\n" + std::string(kRequest));

  ASSERT_TRUE(Introduce().ok());
  EXPECT_EQ(server_->Peer().ToString(), "127.0.0.1");
}

TEST_F(Introduced, ByNobodyElseThanTheProxies) {
  Open("192.0.2.0/24");
  client_->Send("PROXY TCP4 192.0.2.7 192.0.2.1 56324 443\r\n");

  const absl::Status status = Introduce();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(status.ToString(), HasSubstr("127.0.0.1 is not in proxies.trusted"));
}

TEST_F(Introduced, ByAHeaderAlone) {
  for (const std::string_view start : {kRequest, "\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03random"sv,
                                       "PROXY TCP4 nonsense\r\n"sv}) {
    Open("127.0.0.0/8");
    client_->Send(start);
    EXPECT_EQ(Introduce().code(), absl::StatusCode::kInvalidArgument) << start;
  }
  Open("127.0.0.0/8");
  client_->Send("PROXY UNKNOWN" + std::string(200, ' '));
  EXPECT_THAT(Introduce().ToString(), HasSubstr("a line without an end"));
}

TEST_F(Introduced, InTime) {
  net::Timeouts timeouts = Unhurried();
  timeouts.http_header = std::chrono::milliseconds(100);
  Open("127.0.0.0/8", timeouts);
  client_->Send("PROXY TCP4 192.0.2.7");

  EXPECT_EQ(Introduce().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(Introduced, AProxyThatHangsUpIsNoClient) {
  Open("127.0.0.0/8");
  client_->Send("PROXY");
  client_->SendEnd();

  EXPECT_FALSE(Introduce().ok());
}

}  // namespace
}  // namespace porthole::testing

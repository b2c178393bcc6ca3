#include "front/offer.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace porthole::front {
namespace {

struct OfferCase {
  std::vector<std::string> headers;  // of Sec-WebSocket-Protocol
  std::string query;
  bool good;
  std::string token;
  std::string subprotocol;
};

TEST(ReadOffer, TakesTheTokenAndChoosesASubprotocol) {
  const std::vector<OfferCase> cases = {
      {{"porthole.v1, binary, porthole.token.a.b"}, "", true, "a.b", "porthole.v1"},
      {{"porthole.token.a.b", "binary,porthole.v1"}, "", true, "a.b", "porthole.v1"},
      {{"binary, porthole.token.a"}, "", true, "a", "binary"},
      {{"binary"}, "token=q%2Eq", true, "q.q", "binary"},
      {{}, "token=q", true, "q", ""},
      {{}, "", true, "", ""},
      {{"porthole.v1"}, "", true, "", "porthole.v1"},
      // The subprotocol's token counts.
      {{"porthole.v1, porthole.token.a"}, "token=q", true, "a", "porthole.v1"},
      // A browser fails a connection whose offers are all declined.
      {{"porthole.token.a"}, "", false, "", ""},
      {{"chat"}, "token=q", false, "", ""},
      {{"Binary"}, "token=q", false, "", ""},
      {{"porthole.v1, porthole.token.a, porthole.token.b"}, "", false, "", ""},
      {{"porthole.v1, porthole.token.a", "porthole.token.a"}, "", false, "", ""},
  };
  for (const OfferCase& one : cases) {
    net::HttpRequest request;
    for (const std::string& header : one.headers) {
      request.headers.emplace_back("Sec-WebSocket-Protocol", header);
    }
    request.query = one.query;
    SCOPED_TRACE((one.headers.empty() ? "" : one.headers.front()) + "?" + one.query);
    const auto read = ReadOffer(request);
    ASSERT_EQ(std::holds_alternative<Offer>(read), one.good);
    if (one.good) {
      EXPECT_EQ(std::get<Offer>(read).token, one.token);
      EXPECT_EQ(std::get<Offer>(read).subprotocol, one.subprotocol);
    } else {
      EXPECT_EQ(std::get<HttpNo>(read).status, 400U);
      // What is refused is never repeated.
      EXPECT_EQ(std::get<HttpNo>(read).message.find("token.a"), std::string::npos);
    }
  }
}

TEST(ReadOffer, TakesWhatCloudStackSendsBesideTheToken) {
  const auto read = [](const std::string& header, const std::string& query) {
    net::HttpRequest request;
    request.headers.emplace_back("Sec-WebSocket-Protocol", header);
    request.query = query;
    return ReadOffer(request);
  };
  const auto from_link = read("binary", "token=a+b/c==&extra=x+y");
  EXPECT_EQ(std::get<Offer>(from_link).token, "a+b/c==");
  EXPECT_EQ(std::get<Offer>(from_link).extra, "x+y");
  const auto from_page = read("porthole.v1, porthole.token.a-b, porthole.extra.w6Q_Pg", "extra=q");
  EXPECT_EQ(std::get<Offer>(from_page).extra, "ä?>");

  for (const char* const bad :
       {"porthole.v1, porthole.extra.a", "porthole.v1, porthole.extra.YQ, porthole.extra.YQ"}) {
    EXPECT_EQ(std::get<HttpNo>(read(bad, "")).status, 400U) << bad;
  }
}

}  // namespace
}  // namespace porthole::front

#include "net/http.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace porthole::net {
namespace {

HttpRequest With(HeaderList headers, std::string_view target = "/") {
  HttpRequest request;
  request.headers = std::move(headers);
  SetTarget(request, target);
  return request;
}

TEST(HttpRequest, HeadersCompareWithoutCaseAndJoin) {
  const HttpRequest request = With({{"Origin", "a"}, {"X-Other", "b"}, {"oRIGIN", "c"}});
  EXPECT_EQ(request.Header("origin"), "a, c");
  EXPECT_EQ(request.Count("ORIGIN"), 2U);
  EXPECT_EQ(request.Header("X-Othe"), std::nullopt);
  EXPECT_EQ(request.Count("nothing"), 0U);
}

struct TargetCase {
  std::string target;
  std::string authority;
  std::string path;
  std::string query;
};

TEST(HttpRequest, TargetsAreTakenApart) {
  const std::vector<TargetCase> cases = {
      {"/console?token=a?b", "", "/console", "token=a?b"},
      {"/", "", "/", ""},
      {"/a?", "", "/a", ""},
      {"http://h:1/console?q", "h:1", "/console", "q"},
      {"HTTPS://h", "h", "/", ""},
      {"https://h?q", "h", "/", "q"},
      {"*", "", "*", ""},
      {"h:443", "", "h:443", ""},
      {"/http://h/", "", "/http://h/", ""},
  };
  for (const TargetCase& one : cases) {
    const HttpRequest request = With({}, one.target);
    EXPECT_EQ(request.authority, one.authority) << one.target;
    EXPECT_EQ(request.path, one.path) << one.target;
    EXPECT_EQ(request.query, one.query) << one.target;
  }
}

TEST(HttpRequest, NamesExactlyOneHost) {
  EXPECT_TRUE(NamesOneHost(With({{"Host", "h"}}), true));
  EXPECT_TRUE(NamesOneHost(With({{"Host", "h"}}, "http://H/x"), true));
  EXPECT_FALSE(NamesOneHost(With({{"Host", "h"}}, "http://other/x"), true));
  EXPECT_FALSE(NamesOneHost(With({}), true));
  EXPECT_FALSE(NamesOneHost(With({{"Host", "h"}, {"host", "h"}}), true));
  EXPECT_TRUE(NamesOneHost(With({}), false));
  EXPECT_FALSE(NamesOneHost(With({{"Host", "h"}, {"Host", "i"}}), false));
}

TEST(HttpRequest, AnyTransferCodingIsABody) {
  EXPECT_FALSE(AnnouncesBody(With({})));
  EXPECT_FALSE(AnnouncesBody(With({{"Content-Length", "0"}})));
  EXPECT_TRUE(AnnouncesBody(With({{"Content-Length", "00"}})));
  EXPECT_TRUE(AnnouncesBody(With({{"Content-Length", "7"}})));
  EXPECT_TRUE(AnnouncesBody(With({{"Transfer-Encoding", "chunked"}})));
  EXPECT_TRUE(AnnouncesBody(With({{"Transfer-Encoding", "gzip"}, {"Content-Length", "0"}})));
}

TEST(QueryValue, DecodesTheFirstOfItsName) {
  EXPECT_EQ(QueryValue("token=a.b-c_", "token"), "a.b-c_");
  EXPECT_EQ(QueryValue("x=1&token=%41%2b+&token=2", "token"), "A++");
  EXPECT_EQ(QueryValue("token=", "token"), "");
  EXPECT_EQ(QueryValue("&&token=1", "token"), "1");
  EXPECT_EQ(QueryValue("xtoken=1", "token"), std::nullopt);
  EXPECT_EQ(QueryValue("token", "token"), std::nullopt);
  EXPECT_EQ(QueryValue("", "token"), std::nullopt);
  for (const char* const broken : {"token=%", "token=%4", "token=%4g", "token=a%zz"}) {
    EXPECT_EQ(QueryValue(broken, "token"), std::nullopt) << broken;
  }
}

TEST(SplitHeader, TrimsAndLeavesEmptyOnesOut) {
  EXPECT_EQ(SplitHeader(" a ,b,,\tc\t, "), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(SplitHeader("").empty());
  EXPECT_TRUE(SplitHeader(" , ,").empty());
}

}  // namespace
}  // namespace porthole::net

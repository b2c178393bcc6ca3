#include "net/proxy_header.h"

#include "tests/support/bytes.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace porthole::testing {
namespace {

using net::ParseProxyHeader;
using net::ParseProxyLine;
using net::ProxiedClient;
using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;

constexpr std::string_view kSignature = "\r\n\r\n\0\r\nQUIT\n"sv;

std::string Header(unsigned command, unsigned family, std::string_view body) {
  std::string header(kSignature);
  header += static_cast<char>(command);
  header += static_cast<char>(family);
  header += static_cast<char>(body.size() >> 8U);
  header += static_cast<char>(body.size() & 0xFFU);
  return header + std::string(body);
}

absl::StatusOr<ProxiedClient> Parse(const std::string& header) {
  return ParseProxyHeader(AsBytes(header));
}

TEST(ProxyLine, NamesTheClient) {
  EXPECT_EQ(*ParseProxyLine("PROXY TCP4 192.0.2.7 192.0.2.1 56324 443\r\n"),
            *IpAddress::Parse("192.0.2.7"));
  EXPECT_EQ(*ParseProxyLine("PROXY TCP6 2001:db8::7 2001:db8::1 0 65535\r\n"),
            *IpAddress::Parse("2001:db8::7"));
}

TEST(ProxyLine, MayNotKnowTheClient) {
  EXPECT_EQ(*ParseProxyLine("PROXY UNKNOWN\r\n"), std::nullopt);
  EXPECT_EQ(*ParseProxyLine("PROXY UNKNOWN anything at all\r\n"), std::nullopt);
}

TEST(ProxyLine, IsStrict) {
  for (const std::string_view line : {"",
                                      "\r\n",
                                      "PROXY\r\n",
                                      "PROXY \r\n",
                                      "PROXY TCP4\r\n",
                                      "proxy UNKNOWN\r\n",
                                      "PROXY TCP4 192.0.2.7 192.0.2.1 56324 443",
                                      "PROXY TCP4 192.0.2.7 192.0.2.1 56324 443\n",
                                      "PROXY TCP4 192.0.2.7 192.0.2.1 56324\r\n",
                                      "PROXY TCP4 192.0.2.7 192.0.2.1 1 2 3\r\n",
                                      "PROXY TCP4  192.0.2.7 192.0.2.1 1 2\r\n",
                                      "PROXY TCP4 192.0.2.7 192.0.2.1 1 2 \r\n",
                                      "PROXY TCP4 192.0.2.7 192.0.2.1 65536 2\r\n",
                                      "PROXY TCP4 192.0.2.7 192.0.2.1 01 2\r\n",
                                      "PROXY TCP4 192.0.2.7 192.0.2.1 -1 2\r\n",
                                      "PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n",
                                      "PROXY TCP6 192.0.2.7 192.0.2.1 1 2\r\n",
                                      "PROXY TCP6 [2001:db8::7] 2001:db8::1 1 2\r\n",
                                      "PROXY UDP4 192.0.2.7 192.0.2.1 1 2\r\n",
                                      "PROXY TCP4 192.0.2.999 192.0.2.1 1 2\r\n"}) {
    EXPECT_FALSE(ParseProxyLine(line).ok()) << line;
  }
  EXPECT_FALSE(ParseProxyLine("PROXY UNKNOWN " + std::string(100, 'x') + "\r\n").ok());
}

TEST(ProxyHeader, NamesTheClient) {
  const std::string v4 = "\xC0\x00\x02\x07\xC0\x00\x02\x01\xDC\x04\x01\xBB"s;
  EXPECT_EQ(*Parse(Header(0x21, 0x11, v4)), *IpAddress::Parse("192.0.2.7"));
  EXPECT_EQ(*Parse(Header(0x21, 0x11, v4 + "\x04\x00\x01x"s)), *IpAddress::Parse("192.0.2.7"));

  const auto client = *IpAddress::Parse("2001:db8::7");
  const std::string v6(client.Bytes().begin(), client.Bytes().end());
  EXPECT_EQ(*Parse(Header(0x21, 0x21, v6 + std::string(20, '\1'))), client);
}

TEST(ProxyHeader, MayNotNameAClient) {
  EXPECT_EQ(*Parse(Header(0x20, 0x00, "")), std::nullopt);                     // LOCAL
  EXPECT_EQ(*Parse(Header(0x20, 0x11, "")), std::nullopt);                     // LOCAL
  EXPECT_EQ(*Parse(Header(0x21, 0x00, "")), std::nullopt);                     // UNSPEC
  EXPECT_EQ(*Parse(Header(0x21, 0x31, std::string(216, 'p'))), std::nullopt);  // a unix socket
}

TEST(ProxyHeader, IsStrict) {
  const std::string good = Header(0x21, 0x11, std::string(12, '\1'));
  ASSERT_TRUE(Parse(good).ok());
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(Parse(good.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(Parse(good + "x").ok());
  EXPECT_FALSE(Parse(Header(0x22, 0x11, std::string(12, '\1'))).ok());  // no such command
  EXPECT_FALSE(Parse(Header(0x11, 0x11, std::string(12, '\1'))).ok());  // no such version
  EXPECT_FALSE(Parse(Header(0x21, 0x11, std::string(11, '\1'))).ok());
  EXPECT_FALSE(Parse(Header(0x21, 0x21, std::string(35, '\1'))).ok());
}

TEST(ProxyHeader, LengthIsBounded) {
  const std::string most = Header(0x21, 0x11, std::string(net::kMaxProxyRestBytes, '\1'));
  const auto head = AsBytes(most).first<net::kProxyHeadBytes>();
  EXPECT_EQ(*net::ProxyRest(head), net::kMaxProxyRestBytes);

  const std::string more = Header(0x21, 0x11, std::string(net::kMaxProxyRestBytes + 1, '\1'));
  EXPECT_FALSE(net::ProxyRest(AsBytes(more).first<net::kProxyHeadBytes>()).ok());
}

}  // namespace
}  // namespace porthole::testing

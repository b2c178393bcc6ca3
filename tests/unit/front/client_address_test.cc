#include "front/client_address.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace porthole::front {
namespace {

using config::ClientHeader;

const IpAddress kProxy = *IpAddress::Parse("10.0.0.1");

net::Proxies Proxies(ClientHeader header) {
  net::Proxies proxies;
  proxies.trusted = {*IpPrefix::Parse("10.0.0.0/24"), *IpPrefix::Parse("2001:db8:a::/48")};
  proxies.client_header = header;
  return proxies;
}

// The client of a request with these headers of the kind that is believed.
std::string Client(ClientHeader kind,
                   const std::vector<std::string>& values,
                   const IpAddress& peer = kProxy) {
  net::HttpRequest request;
  for (const std::string& value : values) {
    request.headers.emplace_back(kind == ClientHeader::kForwarded ? "forwarded" : "x-forwarded-for",
                                 value);
  }
  const net::Proxies proxies = Proxies(kind);
  return ClientAddress(request, peer, &proxies).ToString();
}

std::string ForwardedFor(const std::vector<std::string>& values) {
  return Client(ClientHeader::kXForwardedFor, values);
}

std::string Forwarded(const std::vector<std::string>& values) {
  return Client(ClientHeader::kForwarded, values);
}

TEST(ClientAddress, IsThePeerWithoutProxies) {
  net::HttpRequest request;
  request.headers = {{"X-Forwarded-For", "192.0.2.7"}};

  EXPECT_EQ(ClientAddress(request, kProxy, nullptr), kProxy);
  const net::Proxies proxies = Proxies(ClientHeader::kNone);
  EXPECT_EQ(ClientAddress(request, kProxy, &proxies), kProxy);
}

TEST(ClientAddress, OfAnybodyElseThanAProxyIsItsOwn) {
  const IpAddress stranger = *IpAddress::Parse("198.51.100.9");
  EXPECT_EQ(Client(ClientHeader::kXForwardedFor, {"192.0.2.7"}, stranger), "198.51.100.9");
  EXPECT_EQ(Client(ClientHeader::kForwarded, {"for=192.0.2.7"}, stranger), "198.51.100.9");
}

TEST(ClientAddress, IsTheRightmostThatIsNoProxy) {
  EXPECT_EQ(ForwardedFor({"192.0.2.7"}), "192.0.2.7");
  EXPECT_EQ(ForwardedFor({"203.0.113.1, 192.0.2.7, 10.0.0.2"}), "192.0.2.7");
  EXPECT_EQ(ForwardedFor({"203.0.113.1", "192.0.2.7"}), "192.0.2.7");
  EXPECT_EQ(ForwardedFor({"10.0.0.3, 10.0.0.2"}), "10.0.0.3");
  EXPECT_EQ(Forwarded({"for=203.0.113.1, for=192.0.2.7;proto=https;by=10.0.0.2"}), "192.0.2.7");
  EXPECT_EQ(Forwarded({R"(for=192.0.2.7, proto=https; For="[2001:db8:a::1]:4711")"}), "192.0.2.7");
}

TEST(ClientAddress, IsReadInEverySpelling) {
  for (const char* const node : {"192.0.2.7", "192.0.2.7:56324", " 192.0.2.7 "}) {
    EXPECT_EQ(ForwardedFor({node}), "192.0.2.7") << node;
  }
  for (const char* const node : {"2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:56324"}) {
    EXPECT_EQ(ForwardedFor({node}), "2001:db8::7") << node;
    EXPECT_EQ(Forwarded({"for=\"" + std::string(node) + "\""}), "2001:db8::7") << node;
  }
}

TEST(ClientAddress, EndsAtAHopThatNamesNobody) {
  for (const char* const value : {"", ",", "unknown", "192.0.2.7, unknown", "192.0.2.7, 1.2.3"}) {
    EXPECT_EQ(ForwardedFor({value}), "10.0.0.1") << value;
  }
  EXPECT_EQ(ForwardedFor({"192.0.2.7, unknown, 10.0.0.2"}), "10.0.0.2");
  for (const char* const value : {"for=unknown", "for=_hidden", "by=192.0.2.7", "for", "for=\""}) {
    EXPECT_EQ(Forwarded({value}), "10.0.0.1") << value;
  }
}

// What a client leaves open must not hide what the proxies add behind it.
TEST(ClientAddress, IsNotHiddenByAnOpenQuote) {
  EXPECT_EQ(ForwardedFor({"\"10.0.0.2, 192.0.2.7"}), "192.0.2.7");
  EXPECT_EQ(Forwarded({"for=\"10.0.0.2, for=192.0.2.7"}), "192.0.2.7");
}

}  // namespace
}  // namespace porthole::front

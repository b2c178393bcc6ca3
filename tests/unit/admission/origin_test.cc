#include "admission/origin.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::admission {
namespace {

bool Plain(std::string_view origin, std::string_view host) {
  return OriginAllowed({.origin = origin, .host = host, .tls = false}, {});
}
bool Tls(std::string_view origin, std::string_view host) {
  return OriginAllowed({.origin = origin, .host = host, .tls = true}, {});
}
bool Listed(std::string_view origin, const std::vector<std::string>& listed) {
  return OriginAllowed({.origin = origin, .host = "own.example", .tls = true}, listed);
}

TEST(Origin, MayBeAbsent) {
  EXPECT_TRUE(OriginAllowed({.origin = std::nullopt, .host = "h", .tls = true}, {}));
  EXPECT_TRUE(OriginAllowed({.origin = std::nullopt, .host = "", .tls = false}, {}));
}

TEST(Origin, IsAllowedFromTheSameHostAndPort) {
  EXPECT_TRUE(Tls("https://console.example", "console.example"));
  EXPECT_TRUE(Tls("https://console.example:8443", "console.example:8443"));
  EXPECT_TRUE(Plain("http://127.0.0.1:8080", "127.0.0.1:8080"));
  EXPECT_TRUE(Plain("http://localhost:8080", "localhost:8080"));
}

TEST(Origin, IsRefusedFromAnotherHostOrPort) {
  EXPECT_FALSE(Tls("https://attacker.example", "console.example"));
  EXPECT_FALSE(Tls("https://console.example.attacker.example", "console.example"));
  EXPECT_FALSE(Tls("https://attacker-console.example", "console.example"));
  EXPECT_FALSE(Tls("https://sub.console.example", "console.example"));
  EXPECT_FALSE(Tls("https://console.example.", "console.example"));
  EXPECT_FALSE(Tls("https://console.example:8443", "console.example"));
  EXPECT_FALSE(Tls("https://console.example", "console.example:8443"));
  EXPECT_FALSE(Tls("https://console.example:844", "console.example:8443"));
  EXPECT_FALSE(Plain("http://127.0.0.1:8080", "localhost:8080"));
}

TEST(Origin, KnowsTheDefaultPorts) {
  EXPECT_TRUE(Tls("https://console.example:443", "console.example"));
  EXPECT_TRUE(Tls("https://console.example", "console.example:443"));
  EXPECT_TRUE(Plain("http://console.example:80", "console.example"));
  EXPECT_FALSE(Plain("http://console.example:443", "console.example"));
  EXPECT_FALSE(Plain("https://console.example:80", "console.example"));
}

TEST(Origin, MayBeOfEitherSchemeBehindAProxyThatEndsTls) {
  EXPECT_TRUE(Plain("https://console.example", "console.example"));
  EXPECT_TRUE(Plain("http://console.example", "console.example"));
  EXPECT_TRUE(Plain("https://console.example:8443", "console.example:8443"));
}

TEST(Origin, IsRefusedWithoutTlsWhereTlsEndsHere) {
  EXPECT_FALSE(Tls("http://console.example", "console.example"));
  EXPECT_FALSE(Tls("http://console.example:443", "console.example"));
  EXPECT_FALSE(Tls("http://console.example:8443", "console.example:8443"));
}

TEST(Origin, IsComparedWithoutCase) {
  EXPECT_TRUE(Tls("https://Console.Example", "console.EXAMPLE"));
  EXPECT_TRUE(Tls("HTTPS://console.example", "console.example"));
}

TEST(Origin, ComparesIpv6ByValue) {
  EXPECT_TRUE(Tls("https://[2001:db8::1]", "[2001:db8::1]"));
  EXPECT_TRUE(Tls("https://[2001:DB8:0::1]:8443", "[2001:db8::1]:8443"));
  EXPECT_TRUE(Tls("https://[2001:db8::1]:443", "[2001:db8::1]"));
  EXPECT_FALSE(Tls("https://[2001:db8::2]", "[2001:db8::1]"));
  EXPECT_FALSE(Tls("https://[2001:db8::1]:1", "[2001:db8::1]"));
  EXPECT_FALSE(Tls("https://2001:db8::1", "[2001:db8::1]"));
  EXPECT_FALSE(Tls("https://[2001:db8::1", "[2001:db8::1"));
  EXPECT_FALSE(Tls("https://[fe80::1%eth0]", "[fe80::1%eth0]"));
}

TEST(Origin, OfNothingIsRefusedUnlessListed) {
  EXPECT_FALSE(Tls("null", "null"));
  EXPECT_FALSE(Plain("null", "null"));
  EXPECT_FALSE(Listed("null", {"https://cloud.example"}));
  EXPECT_TRUE(Listed("null", {"https://cloud.example", "null"}));
}

TEST(Origin, OfGarbageIsRefusedEvenWhenTheHostIsTheSameGarbage) {
  for (const std::string_view text : {"",
                                      " ",
                                      "https://",
                                      "https:// ",
                                      "https://a b",
                                      "https://a/",
                                      "https://a/b",
                                      "https://a?b",
                                      "https://a#b",
                                      "https://user@a",
                                      "https://user:pw@a",
                                      "https://a:",
                                      "https://a:0",
                                      "https://a:65536",
                                      "https://a:x",
                                      "https://a:1:2",
                                      "https://a\\b",
                                      "https://a%2eb",
                                      "https://\xC3\xA9.example",
                                      "https:a",
                                      "//a",
                                      "a",
                                      "ftp://a",
                                      "file://",
                                      "data:,x",
                                      "https://a https://b",
                                      "https://a, https://b",
                                      "https://a\n",
                                      "https://a\t",
                                      "chrome-extension://abc",
                                      "*",
                                      "https://*"}) {
    const std::size_t slashes = text.find("//");
    const std::string_view host =
        slashes == std::string_view::npos ? text : text.substr(slashes + 2);
    EXPECT_FALSE(Tls(text, host)) << text;
    EXPECT_FALSE(Plain(text, host)) << text;
  }
  EXPECT_FALSE(Tls(std::string_view("https://a\0b", 11), std::string_view("a\0b", 3)));
  EXPECT_FALSE(Tls("https://" + std::string(254, 'a'), std::string(254, 'a')));
  EXPECT_TRUE(Tls("https://" + std::string(253, 'a'), std::string(253, 'a')));
}

TEST(Origin, IsRefusedWhenTheHostIsMissingOrGarbage) {
  EXPECT_FALSE(Tls("https://console.example", ""));
  EXPECT_FALSE(Tls("https://console.example", "console.example:"));
  EXPECT_FALSE(Tls("https://console.example", "console.example, other"));
  EXPECT_FALSE(Tls("https://console.example", "user@console.example"));
}

TEST(Origin, IsAllowedWhenListed) {
  const std::vector<std::string> listed = {"https://cloud.example", "http://dev.example:3000",
                                           "chrome-extension://abc"};
  EXPECT_TRUE(Listed("https://cloud.example", listed));
  EXPECT_TRUE(Listed("https://CLOUD.example:443", listed));
  EXPECT_TRUE(Listed("http://dev.example:3000", listed));
  EXPECT_TRUE(Listed("chrome-extension://abc", listed));

  EXPECT_FALSE(Listed("http://cloud.example", listed));
  EXPECT_FALSE(Listed("https://cloud.example:8443", listed));
  EXPECT_FALSE(Listed("https://sub.cloud.example", listed));
  EXPECT_FALSE(Listed("http://dev.example", listed));
  EXPECT_FALSE(Listed("chrome-extension://abcd", listed));
  EXPECT_FALSE(Listed("", {""}));
}

TEST(Origin, IsAllowedWhenListedAlsoWithoutAUsableHost) {
  EXPECT_TRUE(OriginAllowed({.origin = "https://cloud.example", .host = "", .tls = false},
                            {"https://cloud.example"}));
}

}  // namespace
}  // namespace porthole::admission

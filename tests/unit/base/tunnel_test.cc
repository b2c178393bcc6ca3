#include "base/tunnel.h"

#include "base/target.h"

#include <gtest/gtest.h>

#include <string>

namespace porthole {
namespace {

TEST(Tunnel, ReadsWhereItBegins) {
  for (const auto& [url, spelled] :
       {std::pair("http://squid.example:3128", "http://squid.example:3128"),
        std::pair("https://xen-1.example", "https://xen-1.example:443"),
        std::pair("http://10.0.0.1/", "http://10.0.0.1:80"),
        std::pair("https://[2001:db8::1]", "https://[2001:db8::1]:443"),
        std::pair("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443")}) {
    const absl::StatusOr<Tunnel> tunnel = ParseTunnelUrl(url);
    ASSERT_TRUE(tunnel.ok()) << url << tunnel.status();
    EXPECT_EQ(ToString(*tunnel), spelled);
  }
}

TEST(Tunnel, RefusesWhatIsMoreOrLess) {
  for (const char* const url :
       {"", "proxy:3128", "ftp://proxy:21", "http://", "http:///", "http://proxy:0",
        "http://proxy:65536", "http://user:pw@proxy:3128", "http://proxy/path", "http://proxy?q",
        "https://proxy:443//", "http://[::1", "http://pro xy", "HTTP://proxy", "http://::1:80"}) {
    EXPECT_FALSE(ParseTunnelUrl(url).ok()) << url;
  }
}

TEST(Tunnel, PathAndCookieMustFitIntoARequest) {
  const auto good = [](const std::string& path, const std::string& cookie) {
    Tunnel tunnel;
    tunnel.path = Secret(path);
    tunnel.cookie = Secret(cookie);
    return WhyNotAskedFor(tunnel).empty();
  };
  EXPECT_TRUE(good("", ""));
  EXPECT_TRUE(good("/console?uuid=1&x=%20", "session_id=a; b=c"));
  EXPECT_FALSE(good("console", ""));
  EXPECT_FALSE(good("/a b", ""));
  EXPECT_FALSE(good("/a\r\nX: y", ""));
  EXPECT_FALSE(good("/a", "b\r\nX: y"));
  EXPECT_FALSE(good("/a", "b\x7F"));
  EXPECT_FALSE(good("/\xC3\xA9", ""));
  EXPECT_FALSE(good("", "session_id=a"));
}

TEST(Target, IsShownWithoutItsTicket) {
  EXPECT_EQ(Shown(*ParseTarget("wss://esxi-3.example:443/ticket/abc")),
            "wss://esxi-3.example:443/…");
  EXPECT_EQ(Shown(*ParseTarget("ws://10.0.0.1:5700")), "ws://10.0.0.1:5700/");
  EXPECT_EQ(Shown(*ParseTarget("unix:/run/vm.sock")), "unix:/run/vm.sock");
}

}  // namespace
}  // namespace porthole

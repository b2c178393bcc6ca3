#include "base/target.h"

#include <absl/status/statusor.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace porthole {
namespace {

Target Read(std::string_view text) {
  const absl::StatusOr<Target> target = ParseTarget(text);
  EXPECT_TRUE(target.ok()) << text << ": " << target.status().ToString();
  return target.value_or(Target{});
}

TEST(Target, ReadsEveryScheme) {
  EXPECT_EQ(Read("tcp://10.1.34.5:5901"), (Target{TargetScheme::kTcp, "10.1.34.5", 5901, ""}));
  EXPECT_EQ(Read("tcp://kvm-7.example:5901"),
            (Target{TargetScheme::kTcp, "kvm-7.example", 5901, ""}));
  EXPECT_EQ(Read("unix:/run/vm/1.sock"), (Target{TargetScheme::kUnix, "", 0, "/run/vm/1.sock"}));
  EXPECT_EQ(Read("ws://h:80/a/b?c=d"), (Target{TargetScheme::kWs, "h", 80, "/a/b?c=d"}));
  EXPECT_EQ(Read("wss://h:443"), (Target{TargetScheme::kWss, "h", 443, "/"}));
  EXPECT_EQ(Read("raw+tcp://h:1"), (Target{TargetScheme::kRawTcp, "h", 1, ""}));
  EXPECT_EQ(Read("reverse:vm-1.x_Y"), (Target{TargetScheme::kReverse, "", 0, "vm-1.x_Y"}));
}

TEST(Target, GivesAnIpv6HostWithoutItsBrackets) {
  EXPECT_EQ(Read("tcp://[2001:DB8::1]:5900").host, "2001:db8::1");
  EXPECT_EQ(Read("tcp://[::ffff:127.0.0.1]:5900").host, "127.0.0.1");
}

TEST(Target, SpellsWhatItReadsBack) {
  for (const std::string_view text :
       {"tcp://10.1.34.5:5901", "tcp://[2001:db8::1]:1", "unix:/run/vm/1.sock", "ws://h:80/a/b?c=d",
        "wss://h:443/", "raw+tcp://h:65535", "reverse:vm-1"}) {
    EXPECT_EQ(ToString(Read(text)), text);
    EXPECT_EQ(Read(ToString(Read(text))), Read(text));
  }
}

TEST(Target, RefusesAnUnknownOrMissingScheme) {
  for (const std::string_view text : {"", ":", "10.1.34.5:5901", "http://h:80", "TCP://h:1",
                                      "tcp ://h:1", "file:/etc/passwd", "unix", "//h:1"}) {
    EXPECT_FALSE(ParseTarget(text).ok()) << text;
  }
}

TEST(Target, RefusesAMalformedAuthority) {
  for (const std::string_view text : {"tcp:h:1",
                                      "tcp:/h:1",
                                      "tcp://",
                                      "tcp://:1",
                                      "tcp://h",
                                      "tcp://h:",
                                      "tcp://h:0",
                                      "tcp://h:65536",
                                      "tcp://h:99999999999",
                                      "tcp://h:-1",
                                      "tcp://h:+1",
                                      "tcp://h:0x10",
                                      "tcp://h:1/",
                                      "tcp://h:1/x",
                                      "tcp://h:1?x",
                                      "tcp://h:1#x",
                                      "tcp://user@h:1",
                                      "tcp://user:pw@h:1",
                                      "tcp://h:1:2",
                                      "tcp://2001:db8::1:5900",
                                      "tcp://[::1]",
                                      "tcp://[::1:5900",
                                      "tcp://[::1]x:1",
                                      "tcp://[1.2.3.4]:1",
                                      "tcp://[fe80::1%eth0]:1",
                                      "tcp://::1]:1",
                                      "tcp://h%2e:1",
                                      "tcp://h\\x:1",
                                      "ws://h/path",
                                      "ws:///path",
                                      "tcp://\xC3\xA9.example:1"}) {
    EXPECT_FALSE(ParseTarget(text).ok()) << text;
  }
}

TEST(Target, RefusesAnythingButVisibleAsciiAnywhere) {
  for (const std::string_view text :
       {"tcp://h :1", "tcp://h:1 ", " tcp://h:1", "unix:/a\nb", "ws://h:1/\r\nX: y", "unix:/a\x7F",
        "reverse:a b", "unix:/\xC3\xA9"}) {
    EXPECT_FALSE(ParseTarget(text).ok()) << text;
  }
  EXPECT_FALSE(ParseTarget(std::string_view("unix:/a\0b", 9)).ok());
}

TEST(Target, BoundsEveryPart) {
  EXPECT_TRUE(ParseTarget("unix:/" + std::string(106, 'a')).ok());
  EXPECT_FALSE(ParseTarget("unix:/" + std::string(107, 'a')).ok());
  EXPECT_TRUE(ParseTarget("tcp://" + std::string(253, 'a') + ":1").ok());
  EXPECT_FALSE(ParseTarget("tcp://" + std::string(254, 'a') + ":1").ok());
  EXPECT_TRUE(ParseTarget("reverse:" + std::string(128, 'a')).ok());
  EXPECT_FALSE(ParseTarget("reverse:" + std::string(129, 'a')).ok());
  EXPECT_TRUE(ParseTarget("ws://h:1/" + std::string(1015, 'a')).ok());
  EXPECT_FALSE(ParseTarget("ws://h:1/" + std::string(1016, 'a')).ok());
}

TEST(Target, RefusesAnEmptyOrRelativeRest) {
  for (const std::string_view text : {"unix:", "unix:run/vm", "reverse:", "reverse:a/b"}) {
    EXPECT_FALSE(ParseTarget(text).ok()) << text;
  }
}

// What is refused is not repeated: a target may stand in a token, and this text goes to a log.
TEST(Target, SaysWhatIsWrongWithoutTheText) {
  EXPECT_EQ(ParseTarget("tcp://secret-host").status().ToString(),
            "INVALID_ARGUMENT: target needs a port");
}

}  // namespace
}  // namespace porthole

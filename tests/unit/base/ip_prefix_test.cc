#include "base/ip_address.h"

#include <absl/status/statusor.h>
#include <gtest/gtest.h>

#include <string_view>

namespace porthole {
namespace {

IpAddress Address(std::string_view text) {
  return IpAddress::Parse(text).value();
}

IpPrefix Prefix(std::string_view text) {
  const absl::StatusOr<IpPrefix> prefix = IpPrefix::Parse(text);
  EXPECT_TRUE(prefix.ok()) << text;
  return prefix.value_or(IpPrefix());
}

TEST(IpPrefix, HoldsTheAddressesThatShareItsBits) {
  EXPECT_TRUE(Prefix("192.0.2.0/24").Contains(Address("192.0.2.0")));
  EXPECT_TRUE(Prefix("192.0.2.0/24").Contains(Address("192.0.2.255")));
  EXPECT_FALSE(Prefix("192.0.2.0/24").Contains(Address("192.0.3.0")));
  EXPECT_TRUE(Prefix("192.0.2.128/25").Contains(Address("192.0.2.129")));
  EXPECT_FALSE(Prefix("192.0.2.128/25").Contains(Address("192.0.2.127")));
  EXPECT_TRUE(Prefix("2001:db8::/33").Contains(Address("2001:db8:7fff::1")));
  EXPECT_FALSE(Prefix("2001:db8::/33").Contains(Address("2001:db8:8000::1")));
}

TEST(IpPrefix, IsOneAddressWithoutALength) {
  EXPECT_EQ(Prefix("192.0.2.1").Length(), 32);
  EXPECT_TRUE(Prefix("192.0.2.1").Contains(Address("192.0.2.1")));
  EXPECT_FALSE(Prefix("192.0.2.1").Contains(Address("192.0.2.0")));
  EXPECT_EQ(Prefix("2001:db8::1").Length(), 128);
}

TEST(IpPrefix, OfLengthZeroHoldsItsWholeFamilyAndNoOther) {
  EXPECT_TRUE(Prefix("0.0.0.0/0").Contains(Address("255.1.2.3")));
  EXPECT_FALSE(Prefix("0.0.0.0/0").Contains(Address("::1")));
  EXPECT_TRUE(Prefix("::/0").Contains(Address("ffff::1")));
  EXPECT_FALSE(Prefix("::/0").Contains(Address("192.0.2.1")));
}

TEST(IpPrefix, UnwrapsAnIpv4MappedPrefix) {
  EXPECT_EQ(Prefix("::ffff:192.0.2.0/120"), Prefix("192.0.2.0/24"));
  EXPECT_EQ(Prefix("::ffff:192.0.2.1/128"), Prefix("192.0.2.1/32"));
  EXPECT_EQ(Prefix("::ffff:192.0.2.1"), Prefix("192.0.2.1"));
  EXPECT_EQ(Prefix("::ffff:0:0/96"), Prefix("0.0.0.0/0"));
  EXPECT_TRUE(Prefix("192.0.2.0/24").Contains(Address("::ffff:192.0.2.7")));
}

TEST(IpPrefix, RefusesWhatIsNotOnePrefix) {
  for (const std::string_view text :
       {"", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8",
        "192.0.2.0/ 8", "192.0.2.0/8 ", "192.0.2.0/24/24", "192.0.2.0/0x8",
        "192.0.2.0/99999999999999999999", "2001:db8::/129", "2001:db8::/a", "localhost/8",
        "192.0.2.0/255.255.255.0"}) {
    EXPECT_FALSE(IpPrefix::Parse(text).ok()) << '"' << text << '"';
  }
}

TEST(IpPrefix, RefusesBitsAfterItsLength) {
  EXPECT_FALSE(IpPrefix::Parse("192.0.2.1/24").ok());
  EXPECT_FALSE(IpPrefix::Parse("2001:db8::1/64").ok());
  EXPECT_FALSE(IpPrefix::Parse("0.0.0.1/0").ok());
}

// ::/0 in disguise: such a text means more than IPv4, which no rule on a mapped address may.
TEST(IpPrefix, RefusesAMappedPrefixShorterThanTheMapping) {
  EXPECT_FALSE(IpPrefix::Parse("::ffff:0:0/95").ok());
  EXPECT_FALSE(IpPrefix::Parse("::ffff:192.0.2.0/24").ok());
}

TEST(IpPrefix, ClearsTheBitsThatDoNotCount) {
  EXPECT_EQ(IpPrefix::Of(Address("2001:db8:1:2:3:4:5:6"), 64).ToString(), "2001:db8:1:2::/64");
  EXPECT_EQ(IpPrefix::Of(Address("192.0.2.77"), 24).ToString(), "192.0.2.0/24");
  EXPECT_EQ(IpPrefix::Of(Address("192.0.2.77"), 24).Address(), Address("192.0.2.0"));
  EXPECT_EQ(IpPrefix::Of(Address("192.0.2.77"), 0).ToString(), "0.0.0.0/0");
}

TEST(IpPrefix, SpellsWhatItReadsBack) {
  for (const std::string_view text : {"10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32", "::/0"}) {
    EXPECT_EQ(Prefix(text).ToString(), text);
  }
}

}  // namespace
}  // namespace porthole

#include "base/ip_address.h"

#include <absl/status/statusor.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace porthole {
namespace {

IpAddress Address(std::string_view text) {
  const absl::StatusOr<IpAddress> address = IpAddress::Parse(text);
  EXPECT_TRUE(address.ok()) << text;
  return address.value_or(IpAddress());
}

TEST(IpAddress, ReadsAndSpellsBothFamilies) {
  EXPECT_EQ(Address("192.0.2.1"), IpAddress::V4({192, 0, 2, 1}));
  EXPECT_TRUE(Address("192.0.2.1").IsV4());
  EXPECT_EQ(Address("192.0.2.1").ToString(), "192.0.2.1");

  EXPECT_FALSE(Address("2001:db8::1").IsV4());
  EXPECT_EQ(Address("2001:0DB8:0:0:0:0:0:1").ToString(), "2001:db8::1");
  EXPECT_EQ(Address("[2001:db8::1]"), Address("2001:db8::1"));
  EXPECT_EQ(Address("::").ToString(), "::");
  EXPECT_EQ(Address("::1").ToString(), "::1");
}

TEST(IpAddress, IsZeroByDefault) {
  EXPECT_EQ(IpAddress().ToString(), "0.0.0.0");
  EXPECT_EQ(IpAddress(), Address("0.0.0.0"));
}

TEST(IpAddress, RefusesWhatIsNotExactlyOneAddress) {
  for (const std::string_view text : {"",
                                      "1",
                                      "1.2.3",
                                      "1.2.3.4.5",
                                      "256.1.1.1",
                                      "01.2.3.4",
                                      "0x7f.0.0.1",
                                      "0177.0.0.1",
                                      "127.1",
                                      "2130706433",
                                      "1.2.3.4 ",
                                      " 1.2.3.4",
                                      "1.2.3.4\n",
                                      "1.2.3.4/32",
                                      "[1.2.3.4]",
                                      "[]",
                                      "[",
                                      "[::1",
                                      "::1]",
                                      "[[::1]]",
                                      ":::",
                                      "1::2::3",
                                      "fe80::1%eth0",
                                      "fe80::1%1",
                                      "12345::",
                                      "::ffff:1.2.3.256",
                                      "g::",
                                      "localhost",
                                      "1.2.3.4:80",
                                      "[::1]:80",
                                      "1:2:3:4:5:6:7:8:9"}) {
    EXPECT_FALSE(IpAddress::Parse(text).ok()) << '"' << text << '"';
  }
  EXPECT_FALSE(IpAddress::Parse(std::string_view("1.2.3.4\0x", 9)).ok());
  EXPECT_FALSE(IpAddress::Parse(std::string_view("::1\0", 4)).ok());
}

TEST(IpAddress, UnwrapsAnIpv4MappedAddressHoweverSpelled) {
  const IpAddress plain = IpAddress::V4({127, 0, 0, 1});
  for (const std::string_view text :
       {"::ffff:127.0.0.1", "::FFFF:7f00:1", "0:0:0:0:0:ffff:7f00:0001", "[::ffff:127.0.0.1]"}) {
    EXPECT_EQ(Address(text), plain) << text;
    EXPECT_TRUE(Address(text).IsV4()) << text;
    EXPECT_EQ(Address(text).ToString(), "127.0.0.1") << text;
  }
  EXPECT_EQ(IpAddress::V6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 1}), plain);
}

TEST(IpAddress, LeavesOtherAddressesWithAnIpv4InsideAlone) {
  EXPECT_FALSE(Address("::127.0.0.1").IsV4());         // IPv4-compatible, deprecated
  EXPECT_FALSE(Address("::ffff:0:127.0.0.1").IsV4());  // SIIT
  EXPECT_FALSE(Address("64:ff9b::7f00:1").IsV4());
}

TEST(IpAddress, GivesTheIpv4AddressInsideNat64) {
  EXPECT_EQ(Address("64:ff9b::169.254.169.254").WithoutNat64(), Address("169.254.169.254"));
  EXPECT_EQ(Address("64:FF9B:0:0:0:0:7f00:1").WithoutNat64(), Address("127.0.0.1"));
}

TEST(IpAddress, LeavesWhatIsNotNat64AsItIs) {
  for (const std::string_view text :
       {"64:ff9b:1::7f00:1", "64:ff9b::1:7f00:1", "64:ff9c::7f00:1", "127.0.0.1", "::1"}) {
    EXPECT_EQ(Address(text).WithoutNat64(), Address(text)) << text;
  }
}

TEST(IpAddress, SpellsWhatItReadsBack) {
  for (const std::string_view text :
       {"255.255.255.255", "2001:db8:1:2:3:4:5:6", "fe80::1", "::2"}) {
    EXPECT_EQ(Address(Address(text).ToString()), Address(text)) << text;
  }
}

}  // namespace
}  // namespace porthole

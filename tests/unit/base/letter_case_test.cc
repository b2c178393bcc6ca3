#include "base/letter_case.h"

#include <gtest/gtest.h>

#include <string_view>

namespace porthole {
namespace {

using std::string_view_literals::operator""sv;

TEST(LetterCase, OnlyLettersOfAsciiChange) {
  EXPECT_EQ(LowerCase("KVM-7.Example_[@Z`"), "kvm-7.example_[@z`");
  EXPECT_EQ(LowerCase("\xC3\x84\0X"sv), "\xC3\x84\0x"sv);
}

TEST(LetterCase, ComparesWithinTheViewsAlone) {
  EXPECT_TRUE(SameIgnoringCase("Upgrade", "uPGRADE"));
  EXPECT_TRUE(SameIgnoringCase(std::string_view("hosts").substr(0, 4), "HOST"));
  EXPECT_FALSE(SameIgnoringCase("host", "hosts"));
  EXPECT_FALSE(SameIgnoringCase("a\0b"sv, "a\0c"sv));
  EXPECT_FALSE(SameIgnoringCase("@", "`"));  // 32 apart, but no letters
}

}  // namespace
}  // namespace porthole

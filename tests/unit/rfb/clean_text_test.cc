#include "rfb/clean_text.h"

#include "tests/support/bytes.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace porthole::rfb {
namespace {

std::string Clean(std::string_view text) {
  return CleanText(testing::AsBytes(text));
}

TEST(CleanText, KeepsPlainTextAndUtf8) {
  EXPECT_EQ(Clean("QEMU (web-1)"), "QEMU (web-1)");
  EXPECT_EQ(Clean("Ж \u20AC \U0001F4BB"), "Ж \u20AC \U0001F4BB");
  EXPECT_EQ(Clean(""), "");
}

TEST(CleanText, RemovesControlCharacters) {
  EXPECT_EQ(Clean(std::string_view("a\0b\x1B[31mc\x7F"
                                   "d",
                                   11)),
            "ab[31mcd");
  EXPECT_EQ(Clean("a\xC2\x85"
                  "b\xC2\x9B"
                  "c\xC2\xA0"
                  "d"),
            "abc\xC2\xA0"
            "d");
}

TEST(CleanText, MakesWhiteSpaceASpaceAndTrimsTheEnds) {
  EXPECT_EQ(Clean("\n one\ttwo\r\nthree \n"), "one two  three");
  EXPECT_EQ(Clean(" \n\t "), "");
}

TEST(CleanText, ReplacesEachByteThatIsNoUtf8) {
  EXPECT_EQ(Clean("caf\xE9"), "caf?");
  EXPECT_EQ(Clean("\xC0\xAF|\xED\xA0\x80|\xF8|\xE2\x82"), "??|???|?|??");
}

}  // namespace
}  // namespace porthole::rfb

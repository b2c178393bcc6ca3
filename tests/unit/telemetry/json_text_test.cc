#include "telemetry/json_text.h"

#include <gtest/gtest.h>

#include <string>

namespace porthole::telemetry {
namespace {

using std::string_literals::operator""s;

std::string Json(std::string_view text, std::size_t max_bytes = 1000) {
  std::string out;
  AppendJsonString(out, text, max_bytes);
  return out;
}

TEST(AppendJsonString, KeepsPlainText) {
  EXPECT_EQ(Json(""), R"("")");
  EXPECT_EQ(Json("web-1 é € 🖥"), "\"web-1 é € 🖥\"");
}

TEST(AppendJsonString, EscapesWhatWouldEndTheTextOrTheLine) {
  EXPECT_EQ(Json("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(Json("a\nb\rc\td"), R"("a\nb\rc\td")");
  EXPECT_EQ(Json("\0\x01\x1F\x7F"s), R"("\u0000\u0001\u001f\u007f")");
}

TEST(AppendJsonString, ReplacesEveryByteThatIsNotUtf8) {
  EXPECT_EQ(Json("a\xFF"
                 "b"),
            "\"a\uFFFDb\"");
  EXPECT_EQ(Json("\xC0\x80"), "\"\uFFFD\uFFFD\"") << "overlong";
  EXPECT_EQ(Json("\xE0\x9F\xBF"), "\"\uFFFD\uFFFD\uFFFD\"") << "overlong";
  EXPECT_EQ(Json("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"") << "surrogate";
  EXPECT_EQ(Json("\xF4\x90\x80\x80"), "\"\uFFFD\uFFFD\uFFFD\uFFFD\"") << "above U+10FFFF";
  EXPECT_EQ(Json("\xF0\x8F\xBF\xBF"), "\"\uFFFD\uFFFD\uFFFD\uFFFD\"") << "overlong";
  EXPECT_EQ(Json("\xE2\x82"), "\"\uFFFD\uFFFD\"") << "cut short";
  EXPECT_EQ(Json("\x80"), "\"\uFFFD\"") << "continuation alone";
}

TEST(AppendJsonString, CutsLongTextAtACharacterBorder) {
  EXPECT_EQ(Json("abcd", 4), "\"abcd\"");
  EXPECT_EQ(Json("abcde", 4), "\"abcd…\"");
  EXPECT_EQ(Json("abcé", 4), "\"abc…\"");
  EXPECT_EQ(Json("abc\xFF\xFF", 4), "\"abc\uFFFD…\"");
}

}  // namespace
}  // namespace porthole::telemetry

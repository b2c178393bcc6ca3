#include "token/json.h"

#include <absl/status/statusor.h>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace porthole::token {
namespace {

std::string Nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, ReadsWhatBoostReads) {
  for (const std::string_view text :
       {R"({})", R"({"a":{"b":[1,-2,3.5,true,false,null,"x",{"b":[]}]},"b":"c"})",
        R"(  {"a" : "A\n\u00e9\ud83d\ude00" }  )", R"("text")", R"(18446744073709551615)", "[]",
        R"({"":""})", R"({"a b":"\u0000"})"}) {
    const absl::StatusOr<boost::json::value> value = ParseJson(text);
    ASSERT_TRUE(value.ok()) << text << value.status();
    EXPECT_EQ(*value, boost::json::parse({text.data(), text.size()})) << text;
  }
}

TEST(Json, ReadsLongNamesAndTexts) {
  const std::string name(5000, 'n');
  const std::string text(5000, 't');

  const auto value = ParseJson("{\"" + name + "\":\"" + text + "\"}");

  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->at(name).as_string(), text);
}

TEST(Json, RefusesADuplicateMemberAtAnyDepth) {
  for (const std::string_view text :
       {R"({"a":1,"a":1})", R"({"a":1,"b":2,"a":3})", R"({"x":{"a":1,"a":2}})",
        R"([[{"x":[{"a":1,"b":{},"a":2}]}]])", R"({"a":{"a":1},"a":{}})", R"({"":1,"":2})",
        R"({"a":1,"\u0061":2})", R"({"p":{"c":"\u00e9"},"p":1})"}) {
    const auto value = ParseJson(text);
    ASSERT_FALSE(value.ok()) << text;
    EXPECT_EQ(value.status().ToString(),
              "INVALID_ARGUMENT: not a JSON text: a member name occurs twice in one object")
        << text;
  }
}

TEST(Json, AllowsTheSameNameInDifferentObjects) {
  EXPECT_TRUE(ParseJson(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]})").ok());
}

TEST(Json, RefusesWhatIsNotOneJsonText) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "}",
                                      "{}{}",
                                      "{} x",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "{'a':1}",
                                      "{a:1}",
                                      "// c\n{}",
                                      "{}/**/",
                                      "nul",
                                      "NaN",
                                      "Infinity",
                                      "01",
                                      "+1",
                                      "1.",
                                      ".5",
                                      "\"",
                                      R"("\x")",
                                      "\"\n\"",
                                      R"("\ud800")",
                                      "\xEF\xBB\xBF{}",
                                      "\"\xFF\"",
                                      "\"\xC0\xAF\"",
                                      "\"\xED\xA0\x80\""}) {
    EXPECT_FALSE(ParseJson(text).ok()) << text;
  }
  EXPECT_FALSE(ParseJson(std::string_view("{}\0", 3)).ok());
}

TEST(Json, RefusesEveryTruncation) {
  constexpr std::string_view kText = R"({"a":{"b":[1,"\u00e9x",true]},"c":null})";
  ASSERT_TRUE(ParseJson(kText).ok());
  for (std::size_t size = 0; size < kText.size(); ++size) {
    EXPECT_FALSE(ParseJson(kText.substr(0, size)).ok()) << size;
  }
}

TEST(Json, BoundsTheDepth) {
  EXPECT_TRUE(ParseJson(Nested(kMaxJsonDepth)).ok());
  EXPECT_FALSE(ParseJson(Nested(kMaxJsonDepth + 1)).ok());
  EXPECT_FALSE(ParseJson(std::string(10'000, '[')).ok());
  EXPECT_FALSE(ParseJson(std::string(10'000, '{')).ok());
}

TEST(Json, SaysNothingOfTheTextInItsErrors) {
  const auto value = ParseJson(R"({"password":"s3cret","password":"s3cret"})");

  EXPECT_EQ(value.status().ToString().find("s3cret"), std::string::npos);
  EXPECT_EQ(ParseJson("s3cret").status().ToString().find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace porthole::token

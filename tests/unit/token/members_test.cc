#include "token/members.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::token {
namespace {

using std::chrono::seconds;

// The fault that `read` finds in a member "m" with this JSON value.
std::string FaultOf(std::string_view value, const std::function<void(const Members&)>& read) {
  const boost::json::value object = boost::json::parse("{\"m\":" + std::string(value) + "}");
  Fault fault;
  read(Members(object.as_object(), "p.", fault));
  return fault;
}

std::optional<std::int64_t> DateOf(std::string_view value) {
  std::optional<std::chrono::sys_seconds> date;
  const std::string fault =
      FaultOf(value, [&](const Members& members) { date = members.OptionalDate("m"); });
  EXPECT_EQ(fault.empty(), date.has_value()) << value;
  return date.has_value() ? std::optional(date->time_since_epoch().count()) : std::nullopt;
}

// Letters after an escape begin a literal of their own; turns in the text are what is refused.
// NOLINTBEGIN(bugprone-suspicious-missing-comma,misc-misleading-bidirectional)
TEST(PlainText, IsWhatPeopleCanRead) {
  for (const std::string_view text : {"", "web-1", "Büro", "サーバー", "😀 VM",
                                      "a\xC2\xA0"
                                      "b",
                                      "\xEF\xBF\xBD", "شبكة"}) {
    EXPECT_TRUE(IsPlainText(text)) << text;
  }
}

TEST(PlainText, HasNoControlsSeparatorsOrTurns) {
  for (const std::string_view text : {"a\nb", "a\rb", "\t", "\x1B[31m", "\x7F", "\xC2\x80",
                                      "\xC2\x9F", "\xE2\x80\xA8", "\xE2\x80\xA9",
                                      "\xE2\x80\xAE"
                                      "gpj",
                                      "\xE2\x81\xA6", "\xE2\x81\xA9", "\xE2\x80\xAA"}) {
    EXPECT_FALSE(IsPlainText(text));
  }
  EXPECT_FALSE(IsPlainText(std::string_view("\0", 1)));
}
// NOLINTEND(bugprone-suspicious-missing-comma,misc-misleading-bidirectional)

// Never reached through JSON, which is valid UTF-8; but nothing past the text may be read.
TEST(PlainText, IsNotOneThatIsCutShort) {
  EXPECT_FALSE(IsPlainText("\xE2"));
  EXPECT_FALSE(IsPlainText("\xF0\x9F"));
}

TEST(Members, ReadsDatesAsWholeSeconds) {
  EXPECT_EQ(DateOf("0"), 0);
  EXPECT_EQ(DateOf("1790000000"), 1'790'000'000);
  EXPECT_EQ(DateOf("1790000000.999"), 1'790'000'000);
  EXPECT_EQ(DateOf("1.79e9"), 1'790'000'000);
  EXPECT_EQ(DateOf("8589934591"), 8'589'934'591);
}

TEST(Members, RefusesDatesThatAreNone) {
  for (const std::string_view value :
       {"-1", "-0.5", "8589934592", "1e300", "1e10", "9223372036854775807", "18446744073709551615",
        "-9223372036854775808", "\"1790000000\"", "null", "true", "[1790000000]", "{}"}) {
    EXPECT_EQ(DateOf(value), std::nullopt) << value;
  }
}

TEST(Members, RefusesSecondsThatAreNoWholeNumber) {
  const auto read = [](const Members& members) { members.OptionalSeconds("m"); };
  for (const std::string_view value : {"0", "1", "315360000"}) {
    EXPECT_EQ(FaultOf(value, read), "") << value;
  }
  for (const std::string_view value :
       {"-1", "1.0", "1.5", "1e3", "315360001", "18446744073709551615", "\"60\"", "null", "true"}) {
    EXPECT_EQ(FaultOf(value, read), "p.m must be a whole number of seconds from 0 to 315360000");
  }
}

TEST(Members, RefusesTextsThatAreTooLongOrUnreadable) {
  const auto read = [](const Members& members) { members.OptionalText("m", 4); };
  EXPECT_EQ(FaultOf("\"abcd\"", read), "");
  EXPECT_EQ(FaultOf("\"\"", read), "");
  EXPECT_EQ(FaultOf("\"abcde\"", read), "p.m is longer than 4 bytes");
  EXPECT_EQ(FaultOf("\"\u00e9\u00e9\u00e9\"", read), "p.m is longer than 4 bytes");
  EXPECT_EQ(FaultOf("\"a\\u0000\"", read), "p.m holds a control character");
  EXPECT_EQ(FaultOf("\"\\n\"", read), "p.m holds a control character");
  EXPECT_EQ(FaultOf("1", read), "p.m must be a string");
  EXPECT_EQ(FaultOf("null", read), "p.m must be a string");
}

TEST(Members, RequiresATextThatIsNotEmpty) {
  EXPECT_EQ(FaultOf("\"\"", [](const Members& members) { members.RequiredText("m", 4); }),
            "p.m is empty");
  EXPECT_EQ(FaultOf("1", [](const Members& members) { members.RequiredText("other", 4); }),
            "p.other is missing");
  EXPECT_EQ(FaultOf("1", [](const Members& members) { members.RequiredDate("other"); }),
            "p.other is missing");
}

TEST(Members, TakesAnyTextWithoutNulAsASecret) {
  const auto read = [](const Members& members) { members.OptionalSecret("m", 4); };
  EXPECT_EQ(FaultOf("\"\\n\\u001b\"", read), "");
  EXPECT_NE(FaultOf("\"a\\u0000\"", read), "");
  EXPECT_NE(FaultOf("\"abcde\"", read), "");
  EXPECT_NE(FaultOf("1", read), "");
  EXPECT_EQ(FaultOf("\"abcde\"", read).find("abcde"), std::string::npos);
}

TEST(Members, RefusesANameThatIsNotListed) {
  const auto read = [](const Members& members) { members.OptionalName("m", {"on", "off"}); };
  EXPECT_EQ(FaultOf("\"off\"", read), "");
  for (const std::string_view value :
       {"\"OFF\"", "\"\"", "\"off \"", "false", "null", "[\"off\"]"}) {
    EXPECT_EQ(FaultOf(value, read), "p.m must be one of on, off") << value;
  }
}

TEST(Members, RefusesWhatIsNoBool) {
  const auto read = [](const Members& members) { members.OptionalBool("m"); };
  EXPECT_EQ(FaultOf("true", read), "");
  for (const std::string_view value : {"1", "0", "\"true\"", "null", "[]"}) {
    EXPECT_EQ(FaultOf(value, read), "p.m must be true or false") << value;
  }
}

TEST(Members, RefusesListsThatAreEmptyTooLongOrMixed) {
  const auto read = [](const Members& members) { members.OptionalTexts("m", 2, 4); };
  EXPECT_EQ(FaultOf(R"(["a","b"])", read), "");
  EXPECT_EQ(FaultOf(R"([])", read), "p.m must be a list of 1 to 2 strings");
  EXPECT_EQ(FaultOf(R"(["a","b","c"])", read), "p.m must be a list of 1 to 2 strings");
  EXPECT_EQ(FaultOf(R"("a")", read), "p.m must be a list of 1 to 2 strings");
  EXPECT_EQ(FaultOf(R"(["a",1])", read), "p.m must be a string");
  EXPECT_EQ(FaultOf(R"(["abcde"])", read), "p.m is longer than 4 bytes");
}

TEST(Members, NamesAnUnknownMemberUnlessItIsUnreadable) {
  const auto fault_of = [](std::string_view text) {
    const boost::json::value object = boost::json::parse({text.data(), text.size()});
    Fault fault;
    Members(object.as_object(), "p.", fault).AllowOnly({"a"});
    return fault;
  };
  EXPECT_EQ(fault_of(R"({"a":1})"), "");
  EXPECT_EQ(fault_of(R"({})"), "");
  EXPECT_EQ(fault_of(R"({"a":1,"b":1})"), "p.b is not a member that is known here");
  EXPECT_EQ(fault_of(R"({"b\n":1})"), "p.… is not a member that is known here");
  EXPECT_EQ(fault_of("{\"" + std::string(33, 'b') + "\":1}"),
            "p.… is not a member that is known here");
}

TEST(Members, KeepsTheFirstFault) {
  EXPECT_EQ(FaultOf("1",
                    [](const Members& members) {
                      members.OptionalBool("m");
                      members.OptionalText("m", 1);
                    }),
            "p.m must be true or false");
}

TEST(Members, RefusesWhatIsNoObject) {
  const auto read = [](const Members& members) { members.OptionalObject("m"); };
  EXPECT_EQ(FaultOf("{}", read), "");
  for (const std::string_view value : {"[]", "null", "\"{}\"", "1"}) {
    EXPECT_EQ(FaultOf(value, read), "p.m must be an object") << value;
  }
}

}  // namespace
}  // namespace porthole::token

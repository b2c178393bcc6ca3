#include "config/yaml_tree.h"

#include "base/status.h"

#include <absl/strings/str_cat.h>
#include <gtest/gtest.h>

#include <string>

namespace porthole::config {
namespace {

using std::string_literals::operator""s;
using Kind = YamlNode::Kind;

// What ReadYaml() has against `text`; empty when nothing.
std::string WhyNot(std::string_view text) {
  Problems problems("f");
  ReadYaml(text, problems);
  return Message(problems.ToStatus());
}

TEST(ReadYaml, KeepsKindsLinesAndQuotes) {
  Problems problems("f");

  const YamlNode root = ReadYaml("a: 1\nb:\n  - \"2\"\n  - [x, 'y']\nc:\n", problems);

  ASSERT_TRUE(problems.Empty()) << Message(problems.ToStatus());
  ASSERT_EQ(root.entries.size(), 3U);
  EXPECT_EQ(root.entries[0].key, "a");
  EXPECT_EQ(root.entries[0].value.text, "1");
  EXPECT_FALSE(root.entries[0].value.quoted);
  const YamlNode& list = root.entries[1].value;
  ASSERT_EQ(list.kind, Kind::kList);
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_TRUE(list.items[0].quoted);
  EXPECT_EQ(list.items[0].line, 3);
  EXPECT_EQ(list.items[1].items[1].text, "y");
  EXPECT_EQ(root.entries[2].value.kind, Kind::kNull);
  EXPECT_EQ(root.entries[2].line, 5);
}

TEST(ReadYaml, TakesAnEmptyFileAndAByteOrderMark) {
  for (const char* text : {"", "\n\n", "# nothing\n", "---\n", "\xEF\xBB\xBF", "~", "null"}) {
    Problems problems("f");
    EXPECT_EQ(ReadYaml(text, problems).kind, Kind::kNull) << text;
    EXPECT_TRUE(problems.Empty()) << text << Message(problems.ToStatus());
  }
}

TEST(ReadYaml, RefusesAKeyThatIsGivenTwice) {
  EXPECT_EQ(WhyNot("a: 1\nb: {c: 1,\n c: 2}\n\"a\": 3\n"),
            "f:3: b.c: given twice\nf:4: a: given twice");
}

TEST(ReadYaml, RefusesAliasesAnchorsAndTags) {
  EXPECT_EQ(WhyNot("a: &x 1\nb: *x\n"),
            "f:1: a: anchors (&name) are not understood here; write the value out\n"
            "f:2: b: aliases (*name) are not understood here; write the value out");
  EXPECT_EQ(WhyNot("a: [1, !!str 2]"), "f:1: a[1]: tags (!name) are not understood here");
  EXPECT_EQ(WhyNot("a: !foo {}"), "f:1: a: tags (!name) are not understood here");
}

TEST(ReadYaml, DoesNotExpandABombOfAliases) {
  std::string bomb = "a0: &a0 [x]\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = absl::StrCat("*a", i - 1);
    absl::StrAppend(&bomb, "a", i, ": &a", i, " [", before, ",", before, ",", before, "]\n");
  }

  EXPECT_NE(WhyNot(bomb).find("f:2: a1[0]: aliases"), std::string::npos);
}

TEST(ReadYaml, RefusesDirectives) {
  EXPECT_EQ(WhyNot("%YAML 1.2\n---\na: 1\n"), "f:1: directives (%NAME) are not understood here");
  EXPECT_EQ(WhyNot("# a\n%"), "f:2: directives (%NAME) are not understood here");
  EXPECT_EQ(WhyNot("a: 100%\n"), "");
}

TEST(ReadYaml, RefusesKeysThatAreNoWords) {
  EXPECT_EQ(WhyNot("? [a]\n: b\n"), "f:1: a key must be a word, not a list or a map");
  EXPECT_EQ(WhyNot("{a: {[b]: c}}"), "f:1: a: a key must be a word, not a list or a map");
  EXPECT_EQ(WhyNot("~: 1"), "f:1: a key must be a word");
  EXPECT_EQ(WhyNot("a: 1\n: 2\n"), "f:2: a key must be a word");
}

TEST(ReadYaml, RefusesASecondDocument) {
  EXPECT_EQ(WhyNot("a: 1\n---\nb: 2\n"), "f: more than one YAML document; one file has one");
}

TEST(ReadYaml, RefusesWhatIsNoText) {
  EXPECT_EQ(WhyNot("a: 1\nb: \0\n"s), "f:2: a control character (byte 0)");
  EXPECT_EQ(WhyNot("\x7F"
                   "ELF\x02\x01\x01"),
            "f:1: a control character (byte 127)");
  EXPECT_EQ(WhyNot("\xFF\xFE"
                   "a\0:\0"s),
            "f:1: not UTF-8 text");
  EXPECT_EQ(WhyNot("a: \xC0\x80"), "f:1: not UTF-8 text");
  EXPECT_EQ(WhyNot("a: \xED\xA0\x80"), "f:1: not UTF-8 text");
  EXPECT_EQ(WhyNot("a: \xE2\x82"), "f:1: not UTF-8 text");
}

TEST(ReadYaml, RefusesBrokenYamlWithItsLine) {
  EXPECT_EQ(WhyNot("a: 1\nb: c: d\n").rfind("f:2: not YAML: ", 0), 0U);
  EXPECT_EQ(WhyNot("a: [1, 2\n").rfind("f:2: not YAML: ", 0), 0U);
  EXPECT_EQ(WhyNot("a: \"x").rfind("f:1: not YAML: ", 0), 0U);
  EXPECT_EQ(WhyNot("a:\n\t- b\n").rfind("f:2: not YAML: ", 0), 0U);
  EXPECT_EQ(WhyNot(R"(a: "\ud800")").rfind("f:1: not YAML: ", 0), 0U);
}

TEST(ReadYaml, TakesWhatIsAsLargeAsAllowedAndNoMore) {
  const std::string most = "# " + std::string(kMaxFileBytes - 2, 'x');

  EXPECT_EQ(WhyNot(most), "");
  EXPECT_EQ(WhyNot(most + "x"), "f: larger than 1 MiB; this is no configuration file");
}

TEST(ReadYaml, TakesWhatIsAsDeepAsAllowedAndNoMore) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };

  EXPECT_EQ(WhyNot(nested(kMaxYamlDepth)), "");
  EXPECT_NE(WhyNot(nested(kMaxYamlDepth + 1)).find("nested too deeply"), std::string::npos);
  EXPECT_NE(WhyNot(nested(100000)).find("nested too deeply"), std::string::npos);
  EXPECT_NE(WhyNot(std::string(kMaxFileBytes, '[')), "");
  EXPECT_NE(WhyNot(std::string(kMaxFileBytes, '{')), "");
}

TEST(ReadYaml, TakesAsManyValuesAsAllowedAndNoMore) {
  const auto list = [](std::size_t items) {
    std::string text = "[";
    for (std::size_t i = 0; i < items; ++i) {
      text += "1,";
    }
    return text + "]";
  };

  EXPECT_EQ(WhyNot(list(kMaxYamlNodes - 1)), "");
  EXPECT_NE(WhyNot(list(kMaxYamlNodes)).find("more than 20000 values"), std::string::npos);
}

}  // namespace
}  // namespace porthole::config

#include "config/problems.h"
#include "tests/unit/config/parsed.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace porthole::config {
namespace {

struct Case {
  const char* name;
  const char* text;
  const char* refusal;
};

void PrintTo(const Case& tried, std::ostream* out) {
  *out << tried.text;
}

class Refusal : public testing::TestWithParam<Case> {};

TEST_P(Refusal, NamesFileLineAndKey) {
  EXPECT_EQ(WhyRefused(GetParam().text), GetParam().refusal);
}

constexpr const char* kOriginRefusal =
    " is not an origin as browsers write it: \"https://cloud.example\" or "
    "\"http://cloud.example:8080\", lower-case, no path, no default port";

const std::vector<Case> kShapes = {
    {"UnknownKey", "limits:\n  sesions: 1\n",
     "f.yaml:2: limits.sesions: there is no such setting; did you mean \"sessions\"?"},
    {"UnknownSection", "a: {b: {c: 1}}", "f.yaml:1: a: there is no such setting"},
    {"UnknownKeyInAList", "listeners:\n- {}\n- prot: 1\n",
     "f.yaml:3: listeners[1].prot: there is no such setting; did you mean \"port\"?"},
    {"StrangeKey", R"("a\nb": 1)", "f.yaml:1: \"a?b\": there is no such setting"},
    {"MergeKey", "log: {<<: {level: debug}}", "f.yaml:1: log.\"<<\": there is no such setting"},
    {"KeyOfAnotherSection", "sessions: 5", "f.yaml:1: sessions: there is no such setting"},
    {"DuplicateKey", "log: {}\nlog: {}\n", "f.yaml:2: log: given twice"},
    {"FileIsAList", "- a", "f.yaml:1: must be a map of settings, KEY: VALUE"},
    {"FileIsAWord", "hello", "f.yaml:1: must be a map of settings, KEY: VALUE"},
    {"SectionIsAWord", "\nlimits: none", "f.yaml:2: limits: must be a map of settings, KEY: VALUE"},
    {"SectionIsAList", "limits: []", "f.yaml:1: limits: must be a map of settings, KEY: VALUE"},
    {"ListIsAMap", "listeners: {}", "f.yaml:1: listeners: must be a list: [A, B], or [] for none"},
    {"ListIsAWord", "viewer: {origins: null}",
     "f.yaml:1: viewer.origins: must be a list: [A, B], or [] for none"},
    {"ItemIsAWord", "listeners: [80]",
     "f.yaml:1: listeners[0]: must be a map of settings, KEY: VALUE"},
    {"NoValue", "node_id:", "f.yaml:1: node_id: has no value"},
    {"ValueIsAList", "node_id: [a]", "f.yaml:1: node_id: must be one value, not a list or a map"},
    {"ValueIsAMap", "node_id: {a: b}", "f.yaml:1: node_id: must be one value, not a list or a map"},
    {"ItemHasNoValue", "tokens: {issuers: [a, ~]}", "f.yaml:1: tokens.issuers[1]: has no value"},
    {"ItemIsEmpty", "tokens: {issuers: ['']}", "f.yaml:1: tokens.issuers[0]: must not be empty"},
    {"OnlyAKey", "listeners: [{tls: {certificate_file: a}}]",
     "f.yaml:1: listeners[0].tls.private_key_file: must be given"},
    {"NeitherFile", "listeners: [{tls: }]",
     "f.yaml:1: listeners[0].tls.certificate_file: must be given\n"
     "f.yaml:1: listeners[0].tls.private_key_file: must be given"},
    {"RequiredIsEmpty", "control: {callers: [{name: ''}]}",
     "f.yaml:1: control.callers[0].name: must not be empty"},
};

const std::vector<Case> kValues = {
    {"TruthInOtherWords", "policy: {view_only: yes}",
     "f.yaml:1: policy.view_only: \"yes\" must be true or false"},
    {"TruthInQuotes", "policy: {view_only: \"true\"}",
     "f.yaml:1: policy.view_only: \"true\" must be true or false"},
    {"NumberInQuotes", "workers: '2'",
     "f.yaml:1: workers: \"2\" must be a whole number without quotes"},
    {"NumberWithAFraction", "workers: 1.5",
     "f.yaml:1: workers: \"1.5\" must be a whole number without quotes"},
    {"NumberBelowZero", "workers: -1",
     "f.yaml:1: workers: \"-1\" must be a whole number without quotes"},
    {"NumberInOctal", "workers: 010",
     "f.yaml:1: workers: \"010\" must be a whole number without quotes"},
    {"NumberTooLarge", "workers: 1025", "f.yaml:1: workers: \"1025\" must be 0 to 1024"},
    {"NumberMuchTooLarge", "workers: 99999999999999999999",
     "f.yaml:1: workers: \"99999999999999999999\" must be 0 to 1024"},
    {"PortTooLarge", "admin: {port: 65536}", "f.yaml:1: admin.port: \"65536\" must be 0 to 65535"},
    {"LimitOfZero", "limits: {sessions: 0}",
     "f.yaml:1: limits.sessions: \"0\" must be 1 to 1000000"},
    {"DurationWithoutUnit", "timeouts: {dial: 10}",
     "f.yaml:1: timeouts.dial: \"10\" must be a duration: a whole number and ms, s, m or h, such "
     "as \"30s\""},
    {"DurationTooShort", "timeouts: {dial: 0s}",
     "f.yaml:1: timeouts.dial: \"0s\" must be 10ms to 10m"},
    {"DurationTooLong", "timeouts: {dial: 11m}",
     "f.yaml:1: timeouts.dial: \"11m\" must be 10ms to 10m"},
    {"DurationOfHalfASecond", "tokens: {clock_skew: 1500ms}",
     "f.yaml:1: tokens.clock_skew: \"1500ms\" must be whole seconds"},
    {"WordMisspelt", "policy: {sharing: [exclusiv]}",
     "f.yaml:1: policy.sharing[0]: \"exclusiv\" must be one of shared, exclusive or takeover; did "
     "you mean \"exclusive\"?"},
    {"WordInUpperCase", "log: {level: INFO}",
     "f.yaml:1: log.level: \"INFO\" must be one of debug, info, warning or error"},
    {"WordThatIsNoValue", "log: {level: unspecified}",
     "f.yaml:1: log.level: \"unspecified\" must be one of debug, info, warning or error"},
    {"ControlCharacter", R"(node_id: "a\u0007b")",
     "f.yaml:1: node_id: \"a?b\" has a control character in it"},
    {"NulInAName", R"(viewer: {directory: "a\0b"})",
     "f.yaml:1: viewer.directory: \"a?b\" has a control character in it"},
    {"AddressThatIsAName", "admin: {address: localhost}",
     "f.yaml:1: admin.address: \"localhost\" is not an IP address, such as \"127.0.0.1\" or "
     "\"::1\""},
    {"PrefixWithBitsAfterIt", "targets: {allow_denied: [10.0.0.1/8]}",
     "f.yaml:1: targets.allow_denied[0]: \"10.0.0.1/8\" is not a range of addresses with nothing "
     "after its length, such as \"10.0.0.0/8\", \"2001:db8::/32\" or \"192.0.2.1\""},
    {"CallerWithoutKind", "control: {callers: [{name: manager}]}",
     "f.yaml:1: control.callers[0].name: \"manager\" is not a certificate's name: "
     "\"uri:spiffe://cloud.example/manager\", \"dns:manager.example\" or \"cn:manager\""},
    {"CallerWithoutName", "control: {callers: [{name: 'cn:'}]}",
     "f.yaml:1: control.callers[0].name: \"cn:\" is not a certificate's name: "
     "\"uri:spiffe://cloud.example/manager\", \"dns:manager.example\" or \"cn:manager\""},
    {"RuleNameThatIsAnAddress", "targets: {deny: [{name: 10.0.0.1}]}",
     "f.yaml:1: targets.deny[0].name: \"10.0.0.1\" is not a host's name, such as "
     "\"kvm-7.example\" or \"*.example\"; addresses belong into prefix"},
    {"RuleNameWithAStarInside", "targets: {deny: [{name: a.*.example}]}",
     "f.yaml:1: targets.deny[0].name: \"a.*.example\" is not a host's name, such as "
     "\"kvm-7.example\" or \"*.example\"; addresses belong into prefix"},
    {"FrameAncestorWithMore", "viewer: {frame_ancestors: [\"a.example; script-src *\"]}",
     "f.yaml:1: viewer.frame_ancestors[0]: \"a.example; script-src *\" is not a frame ancestor, "
     "such as \"'self'\" or \"https://cloud.example\""},
};

std::string NameOf(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Shapes, Refusal, testing::ValuesIn(kShapes), NameOf);
INSTANTIATE_TEST_SUITE_P(Values, Refusal, testing::ValuesIn(kValues), NameOf);

TEST(Refusals, OfOriginsThatNoBrowserSends) {
  for (const char* origin :
       {"cloud.example", "ftp://a.example", "https://", "https://A.example", "https://a.example/",
        "https://a.example:443", "http://a.example:80", "https://a.example:0", "https://a b",
        "https://a.example:", "https://[::1", "https://[::g]", "https://u@a.example", "NULL", "*",
        "https://*.example"}) {
    EXPECT_EQ(WhyRefused("viewer: {origins: [\"" + std::string(origin) + "\"]}"),
              "f.yaml:1: viewer.origins[0]: \"" + std::string(origin) + "\"" + kOriginRefusal);
  }
}

TEST(Refusals, AreOrderedByLineAndBounded) {
  std::string text = "log:\n";
  for (int i = 0; i < 30; ++i) {
    text += "  x" + std::to_string(i) + ": 1\n";
  }

  const std::string refusal = WhyRefused(text);

  EXPECT_EQ(refusal.rfind("f.yaml:2: log.x0: there is no such setting\n"
                          "f.yaml:3: log.x1: there is no such setting\n",
                          0),
            0U);
  EXPECT_NE(refusal.find("\nf.yaml: and 10 more problems"), std::string::npos);
}

TEST(Refusals, ShowLongTextsCutBetweenCharacters) {
  EXPECT_EQ(Shown(std::string(80, 'a')), "\"" + std::string(80, 'a') + "\"");
  EXPECT_EQ(Shown(std::string(81, 'a')), "\"" + std::string(80, 'a') + "…\"");
  EXPECT_EQ(Shown(std::string(79, 'a') + "é"), "\"" + std::string(79, 'a') + "…\"");
  EXPECT_EQ(Shown(std::string(78, 'a') + "éb"), "\"" + std::string(78, 'a') + "é…\"");
  EXPECT_EQ(Shown(std::string(78, 'a') + "\xF0\x9F\x96\xA5"), "\"" + std::string(78, 'a') + "…\"");
}

TEST(Refusals, OfTextsThatAreTooLong) {
  EXPECT_EQ(WhyRefused("node_id: " + std::string(253, 'n')), "");
  EXPECT_EQ(WhyRefused("node_id: " + std::string(254, 'n')),
            "f.yaml:1: node_id: is longer than 253 bytes");
  EXPECT_EQ(WhyRefused("viewer: {directory: " + std::string(4097, 'n') + "}"),
            "f.yaml:1: viewer.directory: is longer than 4096 bytes");
  EXPECT_EQ(WhyRefused("control: {unix_socket: {path: /" + std::string(107, 's') + "}}"),
            "f.yaml:1: control.unix_socket.path: is longer than 107 bytes");
}

TEST(Refusals, TakeNoLongTimeOverAFileFullOfUnknownKeys) {
  std::string text;
  for (int i = 0; i < 9000; ++i) {
    text += "key_number_" + std::to_string(i) + ": 1\n";
  }

  EXPECT_NE(WhyRefused(text).find("and 8980 more problems"), std::string::npos);
}

}  // namespace
}  // namespace porthole::config

#include "tests/unit/rfb/scripted_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

// Every way in that is a container of others, or inside one, played by a host that takes turns.

namespace porthole::rfb {
namespace {

using testing::Hears;
using ::testing::IsEmpty;
using testing::Says;
using testing::Script;
using testing::U16;
using testing::U32;
using testing::U8;

const std::string kOk = U32(0);
const std::string kVeNCrypt02("\x00\x02", 2);

// A dialogue that succeeds.
struct Way {
  std::string security;
  std::string rule;  // the type that must be enabled by name
  Script script;
  std::vector<TlsKind> tls;
};

Script VeNCryptTo(const std::string& version, std::uint32_t subtype) {
  return Then(Offering(version, "\x13"),
              {Hears("\x13"), Says(kVeNCrypt02), Hears(kVeNCrypt02), Says(U8(0)),
               Says(U8(1) + U32(subtype)), Hears(U32(subtype))});
}

Script End(const Script& result) {
  return Then(result, {Hears("\x01"), Says(ServerInit("web-1"))});
}

Script PlainLogin() {
  return {Hears(U32(5) + U32(8) + "alice" + std::string(kPassword)), Says(kOk)};
}
Script VncLogin() {
  return {Says(std::string(kChallenge)), Hears(std::string(kAnswer)), Says(kOk)};
}

Way InVeNCrypt(const std::string& name, std::uint32_t subtype, const Script& login) {
  Script script = VeNCryptTo("RFB 003.008\n", subtype);
  std::vector<TlsKind> tls;
  if (subtype != 256) {
    script.push_back(Says("\x01"));
    tls.push_back(subtype < 260 ? TlsKind::kAnonymous : TlsKind::kVerified);
  }
  return {name, name, Then(script, End(login)), tls};
}

// Tight's list of capabilities: a count and 16 bytes each.
std::string Capabilities(const std::vector<std::uint32_t>& codes) {
  std::string list = U32(static_cast<std::uint32_t>(codes.size()));
  for (const std::uint32_t code : codes) {
    list += U32(code) + "VNDRSIGNATUR";
  }
  return list;
}

const Script kNoTunnels = {Hears("\x10"), Says(U32(0))};
const std::string kNoneAfterInit = U16(0) + U16(0) + U16(0) + U16(0);

std::vector<Way> EveryWay() {
  const std::string three =
      U16(1) + U16(1) + U16(1) + U16(0) + std::string(std::size_t{3} * 16, 'c');
  return {
      InVeNCrypt("Plain", 256, PlainLogin()),
      InVeNCrypt("TLSNone", 257, {Says(kOk)}),
      InVeNCrypt("TLSVnc", 258, VncLogin()),
      InVeNCrypt("TLSPlain", 259, PlainLogin()),
      InVeNCrypt("X509None", 260, {Says(kOk)}),
      InVeNCrypt("X509Vnc", 261, VncLogin()),
      InVeNCrypt("X509Plain", 262, PlainLogin()),
      // Before 3.8 no result follows where nothing was asked for.
      {"X509None",
       "X509None",
       Then(VeNCryptTo("RFB 003.007\n", 260),
            {Says("\x01"), Hears("\x01"), Says(ServerInit("web-1"))}),
       {TlsKind::kVerified}},
      {"TightVncAuth",
       "VncAuth",
       Then(Then(Offering("\x10"), kNoTunnels),
            Then({Says(Capabilities({2})), Hears(U32(2))},
                 Then(End(VncLogin()), {Says(kNoneAfterInit)}))),
       {}},
      {"TightNone",
       "None",
       Then(Then(Offering("\x10"), kNoTunnels),
            Then({Says(Capabilities({}))}, Then(End({Says(kOk)}), {Says(three)}))),
       {}},
      {"TightVncAuth",
       "VncAuth",
       Then(Then(Offering("\x10"), {Hears("\x10"), Says(Capabilities({7, 0})), Hears(U32(0))}),
            Then({Says(Capabilities({129, 2, 1})), Hears(U32(2))},
                 Then(End(VncLogin()), {Says(three)}))),
       {}},
  };
}

Terms Enabling(const std::string& name) {
  return {.enabled = {name}, .host_key_sha256 = "", .tls_result = absl::OkStatus()};
}

class ScriptedDialogue : public ::testing::TestWithParam<Way> {};

TEST_P(ScriptedDialogue, Succeeds) {
  const ScriptedRun run = Meet(GetParam().script, Enabling(GetParam().rule));

  ASSERT_FALSE(run.waits);
  ASSERT_TRUE(run.result.ok()) << run.result.status();
  EXPECT_EQ(run.result->security_type, GetParam().security);
  EXPECT_EQ(run.result->desktop_name, "web-1");
  EXPECT_EQ(run.heard, testing::HeardIn(GetParam().script));
  EXPECT_EQ(run.tls, GetParam().tls);
}

TEST_P(ScriptedDialogue, ReadsNothingOfWhatFollows) {
  Script script = GetParam().script;
  script.push_back(Says("first update"));

  EXPECT_EQ(Meet(script, Enabling(GetParam().rule)).unread, "first update");
}

TEST_P(ScriptedDialogue, IsACleanErrorWhereverTheHostHangsUp) {
  const std::size_t size = testing::SaidBytes(GetParam().script);
  for (std::size_t at = 0; at < size; ++at) {
    const ScriptedRun run = Meet(GetParam().script, Enabling(GetParam().rule), {.at_byte = at});
    ASSERT_FALSE(run.waits) << at;
    EXPECT_TRUE(absl::IsOutOfRange(run.result.status()) || absl::IsUnavailable(run.result.status()))
        << at << run.result.status();
    EXPECT_TRUE(testing::HeardIn(GetParam().script).starts_with(run.heard)) << at;
  }
}

TEST_P(ScriptedDialogue, WaitsWhereverTheHostStalls) {
  const std::size_t size = testing::SaidBytes(GetParam().script);
  for (std::size_t at = 0; at < size; ++at) {
    const testing::Fault fault{.at_byte = at, .kind = testing::Fault::Kind::kStalls};
    EXPECT_TRUE(Meet(GetParam().script, Enabling(GetParam().rule), fault).waits) << at;
  }
}

TEST_P(ScriptedDialogue, IsNotSpokenUnlessItIsEnabled) {
  const Terms terms = Enabling("SomethingElse");
  const ScriptedRun run = Meet(GetParam().script, terms);

  EXPECT_TRUE(absl::IsFailedPrecondition(run.result.status())) << run.result.status();
  EXPECT_EQ(run.heard.find(kPassword), std::string::npos);
  EXPECT_EQ(run.heard.find(kAnswer), std::string::npos);
  EXPECT_THAT(run.tls, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Every, ScriptedDialogue, ::testing::ValuesIn(EveryWay()));

// TigerVNC lists plain types among VeNCrypt's own, and by default nothing else that is enabled.
TEST(VeNCrypt, MayHoldAPlainType) {
  const Script script = Then(Offering("\x13\x02"),
                             Then({Hears("\x13"), Says(kVeNCrypt02), Hears(kVeNCrypt02),
                                   Says(U8(0) + U8(3) + U32(258) + U32(2) + U32(5)), Hears(U32(2))},
                                  End(VncLogin())));

  const ScriptedRun run = Meet(script);

  ASSERT_TRUE(run.result.ok()) << run.result.status();
  EXPECT_EQ(run.result->security_type, "VncAuth");
  EXPECT_EQ(run.heard, testing::HeardIn(script));
  EXPECT_THAT(run.tls, IsEmpty());
}

// A host that breaks the protocol, or says no, in its own words.
struct Broken {
  Script script;
  absl::StatusCode code;
  std::string says;
};

Script AfterVeNCrypt(const std::string& rest) {
  return Then(Offering("\x13"), {Hears("\x13"), Says(rest)});
}
Script AfterVersion(const std::string& rest) {
  return Then(AfterVeNCrypt(kVeNCrypt02), {Hears(kVeNCrypt02), Says(rest)});
}
Script AfterTight(const std::string& rest) {
  return Then(Offering("\x10"), {Hears("\x10"), Says(rest)});
}

std::vector<Broken> EveryBreak() {
  constexpr auto kBad = absl::StatusCode::kInvalidArgument;
  constexpr auto kNothing = absl::StatusCode::kFailedPrecondition;
  const Script subtype = Then(AfterVersion(U8(0) + U8(1) + U32(261)), {Hears(U32(261))});
  return {
      {AfterVeNCrypt(std::string("\x00\x01", 2)), kBad, "version 0.1"},
      {AfterVersion(U8(255)), kBad, "does not speak version 0.2"},
      {AfterVersion(U8(0) + U8(0)), kNothing, "no security type in common"},
      {AfterVersion(U8(0) + U8(2) + U32(258) + U32(300)), kNothing, "it offers TLSVnc, 300"},
      {Then(subtype, {Says(U8(0))}), absl::StatusCode::kAborted, "cannot start TLS"},
      {Then(subtype, {Says(U8(7))}), kBad, "says 7 where TLS should begin"},
      {AfterTight(U32(65)), kBad, "65 kinds of tunnels"},
      {AfterTight(Capabilities({7})), kNothing, "wants a tunnel"},
      {AfterTight(U32(0) + U32(0xFFFFFFFF)), kBad, "4294967295 ways to authenticate"},
      {AfterTight(U32(0) + Capabilities({129})), kNothing, "no security type in common"},
      {Then(Then(AfterTight(U32(0) + U32(0)), End({Says(kOk)})),
            {Says(U16(4000) + U16(97) + U16(0) + U16(0))}),
       kBad, "4097 capabilities"},
  };
}

class BrokenDialogue : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenDialogue, HasItsCodeAndWords) {
  const ScriptedRun run = Meet(GetParam().script);

  ASSERT_FALSE(run.waits);
  EXPECT_EQ(run.result.status().code(), GetParam().code);
  EXPECT_THAT(run.result.status().ToString(), ::testing::HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(Every, BrokenDialogue, ::testing::ValuesIn(EveryBreak()));

}  // namespace
}  // namespace porthole::rfb

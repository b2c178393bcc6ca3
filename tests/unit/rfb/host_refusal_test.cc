#include "rfb/failed_type.h"
#include "tests/unit/rfb/host_dialogue_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace porthole::rfb {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Text;
using testing::U32;
using testing::U8;

constexpr std::string_view k33 = "RFB 003.003\n";
constexpr std::string_view k37 = "RFB 003.007\n";
constexpr std::string_view k38 = "RFB 003.008\n";

// A host that does not let us in.
struct Refusal {
  std::string host;
  StatusCode code;
  std::string_view says;  // part of the message
};

std::string Start(std::string_view version, const std::string& rest) {
  return std::string(version) + rest;
}
std::string VncAuthThen(std::string_view version, const std::string& rest) {
  const std::string choice = version == k33 ? U32(2) : "\x01\x02";
  return std::string(version) + choice + std::string(kChallenge) + rest;
}

std::vector<Refusal> EveryRefusal() {
  constexpr auto kNo = StatusCode::kUnauthenticated;
  constexpr auto kNobody = StatusCode::kPermissionDenied;
  constexpr auto kBroken = StatusCode::kInvalidArgument;
  constexpr auto kNothing = StatusCode::kFailedPrecondition;
  const std::string too_long = U32(0xFFFFFFFF);
  return {
      // TigerVNC's black list: 3.3 whatever it speaks otherwise.
      {Start(k33, U32(0) + Text("Too many security failures")), kNobody,
       "Too many security failures"},
      {Start(k37, U8(0) + Text("No pass\x07word\nset")), kNobody, "No password set"},
      {Start(k38, U8(0) + Text("closed for today")), kNobody, "closed for today"},
      {Start(k38, U8(0) + Text("")), kNobody, "the host refuses the connection"},
      {Start(k38, U8(0) + too_long), kBroken, "a reason of 4294967295 bytes"},
      {Start(k38, U8(0) + U32(4097)), kBroken, "a reason of 4097 bytes"},
      {Start(k33, U32(0) + too_long), kBroken, "a reason of 4294967295 bytes"},
      {Start(k33, U32(16)), kNothing, "it offers Tight"},
      // Its low byte alone would be VncAuth.
      {Start(k33, U32(0x102)), kNothing, "the number 258"},
      {Start(k37, "\x01\x15"), kNothing, "it offers 21"},
      {Start(k38, "\x03\x12\x15\xFE"), kNothing, "it offers 18, 21, 254"},
      {VncAuthThen(k33, U32(1)), kNo, "the host refuses the credentials"},
      {VncAuthThen(k33, U32(2)), kNo, "too many attempts"},
      {VncAuthThen(k37, U32(1)), kNo, "the host refuses the credentials"},
      {VncAuthThen(k37, U32(2)), kNo, "too many attempts"},
      {VncAuthThen(k38, U32(1) + Text("Authentication failure")), kNo, "Authentication failure"},
      {VncAuthThen(k38, U32(2) + Text("come back later")), kNo, "come back later"},
      {VncAuthThen(k38, U32(1) + too_long), kBroken, "the host refuses the credentials"},
      {VncAuthThen(k38, U32(3)), kBroken, "SecurityResult 3"},
      {VncAuthThen(k38, U32(0xFFFFFFFF)), kBroken, "SecurityResult 4294967295"},
      {Start(k38, "\x01\x01" + U32(1) + Text("not from there")), kNobody, "not from there"},
      {"RFB 000.000\n", kBroken, "repeater"},
      {"RFB 003.009\n", kBroken, "RFB 003.009"},
      {"HTTP/1.1 400 Bad Request\r\n\r\n", kBroken, "HTTP"},
      {"SSH-", kBroken, "SSH-"},
      {std::string("\x16\x03\x01\x02", 4), kBroken, "does not speak RFB"},
      {Start(k38, "\x01\x01" + U32(0) + std::string(20, '\0') + too_long), kBroken,
       "a desktop name of 4294967295 bytes"},
  };
}

class HostRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(HostRefusal, HasItsCodeAndWordsHoweverItIsCut) {
  for (const std::size_t cut : {std::size_t{1}, std::size_t{SIZE_MAX}}) {
    const HostRun run = Greet({.script = GetParam().host, .cut = cut});

    ASSERT_FALSE(run.waits);
    EXPECT_EQ(run.result.status().code(), GetParam().code);
    EXPECT_THAT(run.result.status().ToString(), HasSubstr(std::string(GetParam().says)));
    EXPECT_THAT(run.result.status().ToString(), Not(HasSubstr(std::string(kPassword))));
  }
}

TEST_P(HostRefusal, IsAnErrorAtEveryTruncation) {
  for (std::size_t size = 0; size < GetParam().host.size(); ++size) {
    const std::string script = GetParam().host.substr(0, size);
    const HostRun run = Greet({.script = script, .hangs_up = true});
    ASSERT_FALSE(run.waits) << size;
    const StatusCode code = run.result.status().code();
    EXPECT_TRUE(code == StatusCode::kOutOfRange || code == GetParam().code ||
                ((code == StatusCode::kUnauthenticated || code == StatusCode::kPermissionDenied) &&
                 size > 12))
        << size << " " << run.result.status();
  }
}

TEST_P(HostRefusal, PassesOnAFailureOfEveryOperation) {
  const std::size_t operations = Greet({.script = GetParam().host, .cut = 2}).operations;
  for (std::size_t n = 1; n <= operations; ++n) {
    const HostRun run = Greet({.script = GetParam().host, .cut = 2, .fail_from = n});
    ASSERT_FALSE(run.waits) << n;
    EXPECT_EQ(run.result.status().code(), StatusCode::kCancelled) << n;
  }
}

INSTANTIATE_TEST_SUITE_P(Every, HostRefusal, ::testing::ValuesIn(EveryRefusal()));

TEST(HostRefusalType, IsTheOneThatWasChosenWhenItFailed) {
  const std::string vencrypt = Start(k38, "\x01\x13");
  const std::string x509_none = std::string("\0\2\0\1", 4) + U32(260);
  const auto failed_type = [](const std::string& script) {
    return FailedTypeOf(Greet({.script = script, .hangs_up = true}).result.status());
  };

  EXPECT_EQ(failed_type("SSH-"), kNoneChosen);
  EXPECT_EQ(failed_type(Start(k38, U8(0) + Text("closed for today"))), kNoneChosen);
  EXPECT_EQ(failed_type(Start(k38, "\x01\x15")), kNoneChosen);
  EXPECT_EQ(failed_type(VncAuthThen(k33, U32(1))), "VncAuth");
  EXPECT_EQ(failed_type(VncAuthThen(k38, U32(1) + Text("no"))), "VncAuth");
  EXPECT_EQ(failed_type(Start(k38, "\x01\x01" + U32(0))), "None");  // ServerInit is missing
  EXPECT_EQ(failed_type(Start(k38, "\x01\x10" + U32(3))), "Tight");
  EXPECT_EQ(failed_type(vencrypt), "VeNCrypt");
  EXPECT_EQ(failed_type(vencrypt + x509_none), "X509None");  // TLS does not begin
  EXPECT_EQ(FailedTypeOf(Greet({.script = Start(k38, "\x01\x02")}, "").result.status()), "VncAuth");
}

TEST(HostRefusalReason, IsStillARefusalWhenTheHostHangsUpInsteadOfSayingWhy) {
  const std::string no = VncAuthThen(k38, U32(1));
  for (const std::string& script : {no, no + U32(20), no + U32(20) + "Authentica"}) {
    const HostRun run = Greet({.script = script, .hangs_up = true});
    EXPECT_EQ(run.result.status().code(), StatusCode::kUnauthenticated);
  }
}

TEST(HostRefusalReason, IsReadUpTo4KiB) {
  const HostRun run = Greet({.script = Start(k38, U8(0) + Text(std::string(4096, 'r')))});

  EXPECT_EQ(run.result.status().code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(run.result.status().ToString(), HasSubstr(std::string(4096, 'r')));
}

TEST(HostRefusalReason, IsNotReadBefore38) {
  const HostRun run = Greet({.script = VncAuthThen(k37, U32(1) + Text("unasked"))});

  EXPECT_EQ(run.unread, Text("unasked"));
}

TEST(HostChoice, NeedsAPasswordForVncAuthBeforeItChooses) {
  for (const std::string& script :
       {Start(k38, "\x02\x01\x02"), Start(k33, U32(2)), VncAuthThen(k38, U32(0))}) {
    const HostRun run = Greet({.script = script}, "");

    ASSERT_FALSE(run.waits);
    EXPECT_EQ(run.result.status().code(), StatusCode::kUnauthenticated);
    EXPECT_THAT(run.result.status().ToString(), HasSubstr("asks for a password"));
    EXPECT_EQ(run.sent.size(), 12U);
  }
}

}  // namespace
}  // namespace porthole::rfb

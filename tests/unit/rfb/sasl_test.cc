#include "rfb/security/sasl.h"

#include "rfb/security/sasl_client.h"
#include "tests/unit/rfb/scripted_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace porthole::rfb {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Text;
using testing::U32;
using testing::U8;

const std::string kComplete = U32(0) + U8(1);
const std::string kGoOn = U32(0) + U8(0);

// What a host with a NUL behind each token says.
std::string Token(const std::string& text) {
  return U32(static_cast<std::uint32_t>(text.size() + 1)) + text + U8(0);
}

struct SaslRun {
  absl::Status status = absl::UnknownError("the dialogue waits for more");
  std::string heard;
};

SaslRun Speak(const std::string& says, bool plain_may_be = true, std::size_t cut = SIZE_MAX) {
  ScriptedHost host(says, cut);
  host.HangsUp();
  const HostCredentials credentials{.username = "alice", .password = Secret(std::string("wonder"))};
  SaslRun run;
  if (auto status = host.Run(SpeakSasl(*host.stream, credentials, plain_may_be))) {
    run.status = *std::move(status);
  }
  run.heard = host.Heard();
  return run;
}

TEST(SaslMechanism, IsTheStrongestThatIsListed) {
  EXPECT_EQ(ChooseMechanism("PLAIN,SCRAM-SHA-1,SCRAM-SHA-256,GSSAPI", true), "SCRAM-SHA-256");
  EXPECT_EQ(ChooseMechanism("SCRAM-SHA-512 SCRAM-SHA-1", true), "SCRAM-SHA-512");
  EXPECT_EQ(ChooseMechanism("SCRAM-SHA-1", false), "SCRAM-SHA-1");
  EXPECT_EQ(ChooseMechanism("PLAIN", true), "PLAIN");
}

TEST(SaslMechanism, IsNoneThatGivesThePasswordAwayOrNeedsNone) {
  EXPECT_EQ(ChooseMechanism("PLAIN,LOGIN,ANONYMOUS,CRAM-MD5,DIGEST-MD5,NTLM,EXTERNAL", false), "");
  EXPECT_EQ(ChooseMechanism("ANONYMOUS LOGIN CRAM-MD5 DIGEST-MD5 NTLM", true), "");
  EXPECT_EQ(ChooseMechanism("SCRAM-SHA-256-PLUS PLAINER XPLAIN", true), "");
  EXPECT_EQ(ChooseMechanism("", true), "");
}

TEST(Sasl, SaysPlainInOneMessage) {
  for (const std::size_t cut : {std::size_t{1}, std::size_t{SIZE_MAX}}) {
    const SaslRun run = Speak(Text("PLAIN") + kComplete, true, cut);

    EXPECT_TRUE(run.status.ok()) << run.status;
    EXPECT_EQ(run.heard, Text("PLAIN") + Token(std::string("\0alice\0wonder", 13)));
  }
}

TEST(Sasl, DoesNotSayPlainWhereItMayNotBe) {
  const SaslRun run = Speak(Text("PLAIN,ANONYMOUS") + kComplete, false);

  EXPECT_EQ(run.status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(run.status.ToString(), HasSubstr("PLAIN,ANONYMOUS"));
  EXPECT_EQ(run.heard, "");
}

TEST(Sasl, BeginsScramWithoutThePassword) {
  const SaslRun run = Speak(Text("SCRAM-SHA-256,PLAIN"));

  EXPECT_EQ(run.status.code(), StatusCode::kUnauthenticated);  // it hung up
  EXPECT_THAT(run.heard, HasSubstr(Text("SCRAM-SHA-256")));
  EXPECT_THAT(run.heard, HasSubstr("n=alice"));
  EXPECT_THAT(run.heard, Not(HasSubstr("wonder")));
}

TEST(Sasl, DoesNotBelieveAHostThatIsCompleteWithoutProof) {
  for (const std::string& reply : {kComplete, Token("") + U8(1), Token("v=AAAA") + U8(1)}) {
    const SaslRun run = Speak(Text("SCRAM-SHA-256") + reply);

    EXPECT_FALSE(run.status.ok());
  }
}

TEST(Sasl, RefusesToHashForHours) {
  for (const char* iterations : {"100001", "4294967296", "99999999999999999999999", " 100001",
                                 "+100001", "\t100001", "-1", "4096x", ""}) {
    const SaslRun run = Speak(Text("SCRAM-SHA-256") +
                              Token("r=abc,s=QUFBQQ==,i=" + std::string(iterations)) + U8(0));

    EXPECT_EQ(run.status.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(run.status.ToString(), HasSubstr("iterations"));
  }
}

TEST(Sasl, RefusesWhatIsTooLongBeforeItIsRead) {
  const SaslRun list = Speak(U32(4097) + std::string(4097, 'A'));
  const SaslRun token = Speak(Text("SCRAM-SHA-256") + U32(0xFFFFFFFF));

  EXPECT_EQ(list.status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(token.status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(token.status.ToString(), HasSubstr("4294967295 bytes"));
}

TEST(Sasl, EndsADialogueThatDoesNot) {
  std::string says = Text("PLAIN");
  for (int i = 0; i < 20; ++i) {
    says += kGoOn;
  }

  EXPECT_EQ(Speak(says).status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Speak(Text("PLAIN") + Token("more") + U8(1)).status.code(),
            StatusCode::kInvalidArgument);
}

TEST(Sasl, IsARefusalWhenTheHostHangsUpOnTheCredentials) {
  const std::string says = Text("PLAIN") + kComplete;
  for (std::size_t size = 0; size < says.size(); ++size) {
    const SaslRun run = Speak(says.substr(0, size));

    EXPECT_EQ(run.status.code(), size < 9 ? StatusCode::kOutOfRange : StatusCode::kUnauthenticated)
        << size;
    EXPECT_THAT(run.status.ToString(), Not(HasSubstr("wonder")));
  }
}

}  // namespace
}  // namespace porthole::rfb

#include "rfb/security/choice.h"

#include "tests/unit/rfb/scripted_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

// Which of a host's offers is taken, and that nothing weaker is when it fails.

namespace porthole::rfb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Hears;
using ::testing::IsEmpty;
using testing::Says;
using testing::Script;
using testing::U32;
using testing::U8;

const std::string kVersion = "RFB 003.008\n";
const std::string kVeNCrypt02("\x00\x02", 2);

// A host that lists these subtypes and goes on with TLS, whatever is chosen.
Script ListingSubtypes(const std::string& types, const std::vector<std::uint32_t>& subtypes) {
  std::string list = U8(static_cast<std::uint8_t>(subtypes.size()));
  for (const std::uint32_t subtype : subtypes) {
    list += U32(subtype);
  }
  return Then(Offering(types), {Hears("\x13"), Says(kVeNCrypt02), Hears(kVeNCrypt02),
                                Says(U8(0) + list), testing::HearsAny(4), Says("\x01")});
}

// What the host hears until it has listed its subtypes.
const std::string kAskedForList = kVersion + "\x13" + kVeNCrypt02;

TEST(Choice, TakesTheStrongestWhateverTheHostListsFirst) {
  for (const char* const types : {"\x01\x02\x13", "\x13\x02\x01", "\x02\x13\x01"}) {
    const ScriptedRun run = Meet(ListingSubtypes(types, {2, 258, 260, 261}));

    EXPECT_EQ(run.heard, kAskedForList + U32(261));
  }
}

TEST(Choice, NeverFallsBackWhenTheStrongTypeFails) {
  Terms terms;
  terms.tls_result = absl::AbortedError("the host's certificate is not for kvm-7");

  const ScriptedRun run = Meet(ListingSubtypes("\x02\x13", {2, 261}), terms);

  EXPECT_TRUE(absl::IsAborted(run.result.status()));
  EXPECT_THAT(run.result.status().ToString(), HasSubstr("X509Vnc: the host's certificate"));
  EXPECT_EQ(run.heard, kAskedForList + U32(261)) << "and nothing after that";
}

TEST(Choice, FollowsTheConfiguredOrder) {
  Terms terms;
  terms.enabled = {"VncAuth", "X509Vnc"};

  const ScriptedRun run = Meet(Then(Offering("\x13\x02"), {testing::HearsAny(1)}), terms);

  EXPECT_EQ(run.heard, kVersion + "\x02");
}

// Whoever sits in between could offer nothing else, and would collect what is sent.
TEST(Choice, UnderRequireAWeakHostHearsNoByteOfACredential) {
  Terms terms;
  terms.tls = TlsDemand::kRequire;
  for (const std::string types : {"\x02", "\x01", "\x01\x02\x10", "\x10"}) {
    const ScriptedRun run = Meet(Offering(types), terms);

    EXPECT_TRUE(absl::IsAborted(run.result.status())) << run.result.status();
    EXPECT_EQ(run.heard, kVersion);
    EXPECT_THAT(run.tls, IsEmpty());
  }
}

TEST(Choice, UnderRequireWeakSubtypesAreNoWayEither) {
  Terms terms;
  terms.tls = TlsDemand::kRequire;
  terms.enabled = {"TLSVnc", "TLSPlain", "Plain", "VncAuth", "None", "X509Vnc"};

  const ScriptedRun run = Meet(ListingSubtypes("\x13", {256, 257, 258, 259, 2, 1}), terms);

  EXPECT_TRUE(absl::IsAborted(run.result.status())) << run.result.status();
  EXPECT_THAT(run.result.status().ToString(), HasSubstr("the token requires TLS"));
  EXPECT_EQ(run.heard, kAskedForList);
  EXPECT_THAT(run.tls, IsEmpty());
}

TEST(Choice, UnderRequireTheVerifiedTypeIsTaken) {
  Terms terms;
  terms.tls = TlsDemand::kRequire;

  const ScriptedRun run = Meet(ListingSubtypes("\x02\x13", {258, 261}), terms);

  EXPECT_THAT(run.tls, ElementsAre(TlsKind::kVerified));
}

TEST(Choice, UnderRequireThe33HostThatDecidesIsRefused) {
  Terms terms;
  terms.tls = TlsDemand::kRequire;

  const ScriptedRun run =
      Meet({Says("RFB 003.003\n"), Hears("RFB 003.003\n"), Says(U32(2))}, terms);

  EXPECT_TRUE(absl::IsAborted(run.result.status())) << run.result.status();
}

TEST(Choice, InsideVerifiedTlsRequireIsFulfilled) {
  Terms terms;
  terms.tls = TlsDemand::kRequire;
  terms.in_verified_tls = true;

  const ScriptedRun run = Meet(Then(Offering("\x02"), {testing::HearsAny(1)}), terms);

  EXPECT_EQ(run.heard, kVersion + "\x02");
}

TEST(Choice, UnderDisableTlsIsNotSpoken) {
  Terms terms;
  terms.tls = TlsDemand::kDisable;

  const ScriptedRun run = Meet(Then(Offering("\x13\x02"), {testing::HearsAny(1)}), terms);

  EXPECT_EQ(run.heard, kVersion + "\x02");
}

TEST(Choice, NothingAnonymousByDefault) {
  const ScriptedRun run = Meet(ListingSubtypes("\x13", {256, 257, 258, 259}));

  EXPECT_TRUE(absl::IsFailedPrecondition(run.result.status()));
  EXPECT_THAT(run.result.status().ToString(),
              HasSubstr("it offers Plain, TLSNone, TLSVnc, TLSPlain"));
  EXPECT_EQ(run.heard, kAskedForList);
}

TEST(Choice, WithoutAUserNameTakesWhatProtectsAsWell) {
  Terms terms;
  terms.username = "";

  const ScriptedRun run = Meet(ListingSubtypes("\x13", {262, 261}), terms);

  EXPECT_EQ(run.heard, kAskedForList + U32(261));
}

TEST(Choice, WithoutAUserNameNeverTakesWhatProtectsLess) {
  Terms terms;
  terms.username = "";

  const ScriptedRun run = Meet(ListingSubtypes("\x02\x13", {262, 2}), terms);

  EXPECT_TRUE(absl::IsUnauthenticated(run.result.status())) << run.result.status();
  EXPECT_THAT(run.result.status().ToString(), HasSubstr("asks for a user name"));
  EXPECT_EQ(run.heard, kAskedForList);
}

TEST(Choice, AKeyMustBePinnedForTypesThatLiveByIt) {
  const HostSecurityRules rules{.enabled = {"RA2_256", "RA2", "VncAuth"}, .host_key_sha256 = ""};

  for (const SecurityType* const type : PermittedBy(rules)) {
    EXPECT_NE(type->protection, Protection::kPinnedKey) << type->name;
  }
}

}  // namespace
}  // namespace porthole::rfb

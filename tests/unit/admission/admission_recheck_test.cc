#include "tests/unit/admission/fixture.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace porthole::admission {
namespace {

using std::chrono::seconds;

class RecheckTest : public AdmissionTest {
 protected:
  std::optional<Refusal> Recheck() {
    return Gate().Recheck(NamesOf(Admitted(Payload()), "session-1"));
  }
};

TEST_F(RecheckTest, LetsAnAdmittedSessionGoOn) {
  EXPECT_EQ(Recheck(), std::nullopt);
}

TEST_F(RecheckTest, RefusesWhatWasRevokedWithTheCallersReason) {
  Blocked(SelectorKind::kConsole, "console-1", "The VM is being moved.");

  const std::optional<Refusal> refusal = Recheck();

  EXPECT_TRUE(NamedDetail(refusal, EndReason::kRevoked).starts_with("block "));
  EXPECT_EQ(refusal->sentence, "The VM is being moved.");
}

TEST_F(RecheckTest, RefusesWithItsOwnSentenceWhereTheCallerGaveNone) {
  Blocked(SelectorKind::kConsole, "console-1");
  EXPECT_EQ(Recheck()->sentence, Sentence(EndReason::kRevoked));
}

TEST_F(RecheckTest, LooksAtEverySelector) {
  for (const auto& [kind, value] :
       std::vector<std::pair<SelectorKind, std::string>>{{SelectorKind::kSession, "session-1"},
                                                         {SelectorKind::kSubject, "user-42"},
                                                         {SelectorKind::kKey, "key-1"},
                                                         {SelectorKind::kToken, "token-1"},
                                                         {SelectorKind::kAll, ""}}) {
    EXPECT_EQ(Recheck(), std::nullopt);
    Blocked(kind, value);
    NamedDetail(Recheck(), EndReason::kRevoked);
    blocks_.Lift(blocks_.List(clock_.Wall()).at(0).id, [](const absl::Status&) {});
    store_.FinishAll();
  }
}

TEST_F(RecheckTest, LetsATokenPassThatWasIssuedAfterTheRevocation) {
  Blocked(SelectorKind::kConsole, "console-1");
  NamedDetail(Recheck(), EndReason::kRevoked);

  clock_.Advance(seconds(1));

  EXPECT_EQ(Recheck(), std::nullopt);
}

TEST_F(RecheckTest, RefusesWhenTheKeyWentMeanwhile) {
  const SessionNames names = NamesOf(Admitted(Payload()), "session-1");
  keys_.Remove("key-1");

  EXPECT_EQ(NamedDetail(Gate().Recheck(names), EndReason::kTokenInvalid),
            "the token key was deleted meanwhile");
}

TEST_F(RecheckTest, RefusesWhenDrainingBeganMeanwhile) {
  const SessionNames names = NamesOf(Admitted(Payload()), "session-1");
  Gate().SetDraining(true);

  NamedDetail(Gate().Recheck(names), EndReason::kDraining);
}

class PreviewTest : public AdmissionTest {
 protected:
  std::optional<Refusal> Preview() { return RefusalIn(Gate().Preview(Mint(Payload()), Browser())); }
};

TEST_F(PreviewTest, SaysNothingAgainstAGoodTokenHoweverOften) {
  EXPECT_EQ(Preview(), std::nullopt);
  EXPECT_EQ(Preview(), std::nullopt);
  EXPECT_EQ(Claim(Admitted(Payload())), std::nullopt);
}

TEST_F(PreviewTest, GivesTheGrantForThePage) {
  const Judged<AdmittedGrant> judged = Gate().Preview(Mint(Payload()), Browser());
  EXPECT_EQ(std::get<AdmittedGrant>(judged).grant.console_id, "console-1");
}

TEST_F(PreviewTest, TellsAUsedToken) {
  EXPECT_EQ(Claim(Admitted(Payload())), std::nullopt);
  NamedDetail(Preview(), EndReason::kTokenUsed);
}

TEST_F(PreviewTest, TellsARevokedToken) {
  Blocked(SelectorKind::kSubject, "user-42", "Ask the help desk.");
  EXPECT_EQ(Preview()->sentence, "Ask the help desk.");
}

TEST_F(PreviewTest, TellsAnExpiredToken) {
  const std::string token = Mint(Payload());
  clock_.Advance(seconds(90));
  NamedDetail(RefusalIn(Gate().Preview(token, Browser())), EndReason::kTokenExpired);
}

TEST_F(PreviewTest, TellsAMissingToken) {
  EXPECT_EQ(RefusalIn(Gate().Preview("", Browser()))->reason, EndReason::kTokenMissing);
}

}  // namespace
}  // namespace porthole::admission

#include "tests/unit/session/fixture.h"

namespace porthole::session {
namespace {

class TakeoverTest : public SessionTest {
 protected:
  std::string Token(const std::string& jti,
                    const std::string& sharing,
                    const std::string& subject = "user-42") {
    boost::json::object payload = Payload(jti);
    payload["sub"] = subject;
    payload["policy"].as_object()["sharing"] = sharing;
    return Mint(payload);
  }
  std::shared_ptr<Record> Named(const std::string& jti) {
    for (const std::shared_ptr<Record>& record : registry_.List(0, 100)) {
      if (record->Names().token_id == jti) {
        return record;
      }
    }
    return nullptr;
  }
  bool UntilActive(const std::string& jti) {
    return Until([&] {
      const std::shared_ptr<Record> record = Named(jti);
      return record != nullptr && record->CurrentState() == State::kActive;
    });
  }
};

TEST_F(TakeoverTest, ReplacesWhoIsThere) {
  const auto old = View(Token("old", "shared"));
  ASSERT_TRUE(UntilActive("old"));

  const auto fresh = View(Token("fresh", "takeover"));
  ASSERT_TRUE(UntilOver(*old));

  EXPECT_EQ(old->fate->ending->code, CloseCode(EndReason::kReplaced));
  EXPECT_TRUE(UntilActive("fresh"));
  EXPECT_EQ(metrics_.session.Ended(EndReason::kReplaced).Value(), 1);
}

TEST_F(TakeoverTest, LeavesTheOldOneUntilItsOwnHostHasShakenHands) {
  const auto old = View(Token("old", "shared"));
  ASSERT_TRUE(UntilActive("old"));
  host_->Be(FakeHost::Manner::kRefuses);

  const auto fresh = View(Token("fresh", "takeover"));
  ASSERT_TRUE(UntilOver(*fresh));

  EXPECT_EQ(fresh->fate->ending->code, CloseCode(EndReason::kHostAuthFailed));
  EXPECT_FALSE(old->over);
  EXPECT_EQ(Named("old")->CurrentState(), State::kActive);
}

TEST_F(TakeoverTest, ReplacesNobodyOnATokenThatWasUsed) {
  const auto first = View(Token("fresh", "takeover"));
  ASSERT_TRUE(UntilActive("fresh"));
  Revoke(SelectorKind::kAll);
  ASSERT_TRUE(UntilOver(*first));
  const auto old = View(Token("old", "shared"));
  ASSERT_TRUE(UntilActive("old"));

  const auto replay = View(Token("fresh", "takeover"));
  ASSERT_TRUE(UntilOver(*replay));

  EXPECT_EQ(replay->fate->ending->code, CloseCode(EndReason::kTokenUsed));
  EXPECT_EQ(Named("old")->CurrentState(), State::kActive);
}

TEST_F(TakeoverTest, OfAnotherSubjectIsBusy) {
  const auto old = View(Token("old", "shared"));
  ASSERT_TRUE(UntilActive("old"));

  const auto other = View(Token("other", "takeover", "somebody-else"));
  ASSERT_TRUE(UntilOver(*other));

  EXPECT_EQ(other->fate->ending->code, CloseCode(EndReason::kBusy));
  EXPECT_FALSE(old->over);
}

TEST_F(TakeoverTest, OfAnotherSubjectReplacesWhereTheNodeSaysAny) {
  configuration_.policy.takeover_by = config::TakeoverBy::kAny;
  const auto old = View(Token("old", "exclusive"));
  ASSERT_TRUE(UntilActive("old"));

  const auto other = View(Token("other", "takeover", "somebody-else"));

  ASSERT_TRUE(UntilOver(*old));
  EXPECT_TRUE(UntilActive("other"));
}

TEST_F(TakeoverTest, TheNewestOfManyStays) {
  const auto older = View(Token("t0", "takeover"));
  const auto newer = View(Token("t1", "takeover"));

  ASSERT_TRUE(UntilOver(*older));

  EXPECT_TRUE(UntilActive("t1"));
  EXPECT_EQ(older->fate->ending->code, CloseCode(EndReason::kReplaced));
}

TEST_F(TakeoverTest, BeforeTheDialWaitsUntilTheHostIsFree) {
  configuration_.policy.takeover_before_dial = true;
  const auto old = View(Token("old", "shared"));
  ASSERT_TRUE(UntilActive("old"));

  const auto fresh = View(Token("fresh", "takeover"));
  ASSERT_TRUE(UntilActive("fresh"));

  EXPECT_EQ(host_->Connections(), 2U);
  EXPECT_EQ(host_->MostAtOnce(), 1);
}

TEST_F(TakeoverTest, BeforeTheDialDoesNotWaitForEver) {
  configuration_.policy.takeover_before_dial = true;
  limits_.vacate = std::chrono::milliseconds(50);
  const auto first = Connect(Token("first", "shared"));  // prepares
  first->browser->Vanish();
  ASSERT_TRUE(UntilOver(*first));
  // Somebody who was told, and stays.
  Description stuck;
  stuck.names.session_id = "stuck";
  stuck.names.console_id = "console-1";
  stuck.names.subject = "user-42";
  const Judged<Entry> entered = registry_.Enter(stuck, [] {});
  ASSERT_TRUE(std::holds_alternative<Entry>(entered));

  const auto fresh = View(Token("fresh", "takeover"));

  EXPECT_TRUE(UntilActive("fresh"));
  EXPECT_EQ(std::get<Entry>(entered)->EndRequested()->reason, EndReason::kReplaced);
}

TEST_F(TakeoverTest, ExclusiveKeepsOthersOutAndLetsThemInAfterwards) {
  const auto one = View(Token("one", "exclusive"));
  ASSERT_TRUE(UntilActive("one"));
  const auto refused = View(Token("two", "shared"));
  ASSERT_TRUE(UntilOver(*refused));
  EXPECT_EQ(refused->fate->ending->code, CloseCode(EndReason::kBusy));

  Revoke(SelectorKind::kToken, "one");
  const auto next = View(Token("three", "exclusive"));

  EXPECT_TRUE(UntilActive("three"));
}

}  // namespace
}  // namespace porthole::session

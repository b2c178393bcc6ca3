#include "tests/unit/session/fixture.h"

#include <algorithm>
#include <thread>

namespace porthole::session {
namespace {

using Mode = HeldStore::Mode;

class SessionClaimTest : public SessionTest {
 protected:
  // A session that waits for nothing but its claim.
  std::shared_ptr<Viewing> WaitForTheClaim() {
    store_.Be(Mode::kHolds);
    auto viewing = View();
    EXPECT_TRUE(Until([this] { return Only() != nullptr && Only()->Snap().host.has_value(); }));
    Settle();
    return viewing;
  }
};

TEST_F(SessionClaimTest, NothingOfTheHostReachesTheViewerBeforeTheAnswer) {
  const auto viewing = WaitForTheClaim();

  EXPECT_EQ(Only()->CurrentState(), State::kHandshaking);
  EXPECT_EQ(viewing->browser->Take().size(), 12U + 2U + 4U);  // version, types, result
  store_.Release();

  EXPECT_TRUE(UntilIn(State::kActive));
}

TEST_F(SessionClaimTest, AnAnswerFromAnotherThreadCounts) {
  const auto viewing = WaitForTheClaim();

  std::thread other([this] { store_.Release(); });
  EXPECT_TRUE(UntilIn(State::kActive));
  other.join();
}

TEST_F(SessionClaimTest, AUsedTokenIsRefused) {
  const auto first = View();
  ASSERT_TRUE(UntilIn(State::kActive));
  Revoke(SelectorKind::kAll);
  ASSERT_TRUE(UntilOver(*first));

  const auto second = View();
  ASSERT_TRUE(UntilOver(*second));

  EXPECT_EQ(second->fate->ending->code, CloseCode(EndReason::kTokenUsed));
  EXPECT_EQ(Admissions(EndReason::kTokenUsed), 1);
  ExpectAllSettled(2);
}

TEST_F(SessionClaimTest, AUsedTokenEndsAtOnceHoweverSlowTheHandshakesAre) {
  const auto first = View();
  ASSERT_TRUE(UntilIn(State::kActive));
  Revoke(SelectorKind::kAll);
  ASSERT_TRUE(UntilOver(*first));
  host_->Be(FakeHost::Manner::kSilent);
  limits_.host = limits_.viewer = std::chrono::hours(1);

  const auto replayed = Connect();  // no handshake either
  ASSERT_TRUE(UntilOver(*replayed));

  EXPECT_EQ(replayed->fate->ending->code, CloseCode(EndReason::kTokenUsed));
}

TEST_F(SessionClaimTest, OfManyViewersWithOneTokenOneGetsIn) {
  std::vector<std::shared_ptr<Viewing>> viewings(8);
  std::ranges::generate(viewings, [this] { return View(); });

  ASSERT_TRUE(Until([&] { return std::ranges::count(viewings, true, &Viewing::over) == 7; }));
  ASSERT_TRUE(UntilIn(State::kActive));

  EXPECT_EQ(Admissions(EndReason::kTokenUsed), 7);
  EXPECT_EQ(Admitted(), 1);
}

TEST_F(SessionClaimTest, AStoreThatFailsEndsTheSession) {
  store_.Be(Mode::kFails);
  const auto viewing = View();

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kInternalError, false);
}

TEST_F(SessionClaimTest, AStoreWithoutRoomEndsTheSession) {
  store_.Be(Mode::kIsFull);
  const auto viewing = View();

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kTooMany, false);
}

TEST_F(SessionClaimTest, AStoreThatNeverAnswersEndsTheSession) {
  limits_.claim = std::chrono::milliseconds(50);
  const auto viewing = WaitForTheClaim();

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kInternalError, false);
  std::thread late([this] { store_.Release(); });
  late.join();
  Settle();
}

TEST_F(SessionClaimTest, AViewerThatLeavesWhileTheClaimIsPendingIsNoticed) {
  const auto viewing = WaitForTheClaim();

  viewing->browser->SendEof();
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kViewerClosed, false);
}

}  // namespace
}  // namespace porthole::session

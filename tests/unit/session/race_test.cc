#include "tests/unit/session/fixture.h"

#include <atomic>
#include <thread>

namespace porthole::session {
namespace {

// As many as it takes that a window of a few instructions would show.
constexpr int kRevocations = 10'000;
constexpr int kRounds = 500;

std::string NameIn(int round, const char* what) {
  return what + std::to_string(round);
}

std::string TokenId(int round) {
  return NameIn(round, "token-");
}

// Every kind in turn. Those that mean more than this round's session refuse only tokens issued up
// to the revocation; a round's token is issued a second after the last round's.
SelectorKind KindOf(int round) {
  return static_cast<SelectorKind>(round % kSelectorKindCount);
}

class RaceTest : public SessionTest {
 protected:
  // As the control plane does: the block first, then the walk.
  void Revoke(const Selector& selector) {
    blocks_.Add(
        admission::MakeBlock(
            {.selector = selector, .reason = {}, .creator = "test", .block_for = std::nullopt},
            clock_.Wall()),
        clock_.Wall(), [](const absl::Status& added) { EXPECT_TRUE(added.ok()); });
    registry_.End(selector, EndReason::kRevoked, "revoked");
  }

  // A session's id is known only when it has entered; nobody else ends it before.
  std::string SessionIdOf(int round) const {
    while (begun_.load() == round) {
      for (const std::shared_ptr<Record>& record : registry_.List(0, 100)) {
        if (record->Names().token_id == TokenId(round)) {
          return record->Names().session_id;
        }
      }
      std::this_thread::yield();
    }
    return {};
  }

  Selector SelectorOf(int round) const {
    Selector selector{.kind = KindOf(round), .value = {}, .addresses = {}};
    switch (selector.kind) {
      case SelectorKind::kSession:
        selector.value = SessionIdOf(round);
        break;
      case SelectorKind::kConsole:
        selector.value = NameIn(round, "console-");
        break;
      case SelectorKind::kSubject:
        selector.value = NameIn(round, "user-");
        break;
      case SelectorKind::kKey:
        selector.value = "key-1";
        break;
      case SelectorKind::kToken:
        selector.value = TokenId(round);
        break;
      case SelectorKind::kClientAddress:
        selector.addresses = *IpPrefix::Parse("203.0.113.0/24");
        break;
      case SelectorKind::kAll:
        break;
    }
    return selector;
  }

  boost::json::object PayloadOf(int round) const {
    boost::json::object payload = Payload(TokenId(round));
    payload["sub"] = NameIn(round, "user-");
    payload["console"].as_object()["id"] = NameIn(round, "console-");
    return payload;
  }

  std::atomic<int> begun_ = -1;  // the round that is on
};

// Whenever another thread revokes, by whatever selector, before the admission, in the middle of the
// dial or of a handshake, or when bytes flow: no session is left.
TEST_F(RaceTest, NoSessionSlipsThroughBetweenBlockAndWalk) {
  std::thread control([this] {
    for (int round = 0; round < kRevocations; ++round) {
      while (begun_.load() < round) {
        std::this_thread::yield();
      }
      const Selector selector = SelectorOf(round);
      // Not by yielding: on a machine with other work that takes seconds.
      for (int spin = 0; spin < (round * 7919) % 997 * 100; ++spin) {
        begun_.load(std::memory_order_relaxed);
      }
      Revoke(selector);
    }
  });
  bool all_over = true;
  for (int round = 0; round < kRevocations && all_over; ++round) {
    const auto viewing = View(Mint(PayloadOf(round)));
    begun_ = round;
    all_over = UntilOver(*viewing);
    EXPECT_EQ(viewing->fate->ending->code, CloseCode(EndReason::kRevoked)) << round;
    clock_.Advance(std::chrono::seconds(1));
  }
  begun_ = kRevocations;
  control.join();

  EXPECT_TRUE(all_over);
  const double opened = Admitted();
  EXPECT_EQ(opened + Admissions(EndReason::kRevoked), kRevocations);
  EXPECT_GT(opened, 0) << "some were revoked when bytes flowed already";
  EXPECT_LT(opened, kRevocations) << "and some before";
  ExpectAllSettled(kRevocations);
}

// Claims that are answered, sessions that are revoked and readers that look, all at once.
TEST_F(RaceTest, ClaimsRevocationsAndReadersDoNotDisturbEachOther) {
  store_.Be(HeldStore::Mode::kHolds);
  std::atomic<bool> done = false;
  std::thread store([this, &done] {
    while (!done) {
      store_.Release();
      std::this_thread::yield();
    }
  });
  const auto read_all = [this] {
    for (const std::shared_ptr<Record>& record : registry_.List(0, 100)) {
      record->Snap();
      record->OnGone([] {});
    }
  };
  std::thread reader([&] {
    while (!done) {
      read_all();
      registry_.End({.kind = SelectorKind::kAll, .value = {}, .addresses = {}},
                    EndReason::kDraining, "");
      std::this_thread::yield();
    }
  });
  bool all_over = true;
  for (int round = 0; round < kRounds && all_over; ++round) {
    const auto viewing = View(Mint(Payload(TokenId(round))));
    all_over = UntilOver(*viewing);
  }
  done = true;
  store.join();
  reader.join();
  store_.Release();
  Settle();

  EXPECT_TRUE(all_over);
  ExpectAllSettled(kRounds);
}

}  // namespace
}  // namespace porthole::session

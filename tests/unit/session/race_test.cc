#include "tests/unit/session/fixture.h"

#include <atomic>
#include <thread>

namespace porthole::session {
namespace {

constexpr int kRounds = 1500;

class RaceTest : public SessionTest {
 protected:
  // As the control plane does: the block first, then the walk.
  void RevokeToken(const std::string& jti) {
    const Selector selector{.kind = SelectorKind::kToken, .value = jti, .addresses = {}};
    blocks_.Add(
        admission::MakeBlock(
            {.selector = selector, .reason = {}, .creator = "test", .block_for = std::nullopt},
            clock_.Wall()),
        clock_.Wall(), [](const absl::Status& added) { EXPECT_TRUE(added.ok()); });
    registry_.End(selector, EndReason::kRevoked, "revoked");
  }
};

std::string TokenId(int round) {
  return "token-" + std::to_string(round);
}

// Whenever another thread revokes, at the start or long after: no session is left.
TEST_F(RaceTest, NoSessionSlipsThroughBetweenBlockAndWalk) {
  std::atomic<int> begun = -1;
  std::thread control([this, &begun] {
    for (int round = 0; round < kRounds; ++round) {
      while (begun.load() < round) {
        std::this_thread::yield();
      }
      for (int spin = 0; spin < (round * 7919) % 997; ++spin) {
        std::this_thread::yield();
      }
      RevokeToken(TokenId(round));
    }
  });
  bool all_over = true;
  for (int round = 0; round < kRounds && all_over; ++round) {
    const auto viewing = View(Mint(Payload(TokenId(round))));
    begun = round;
    all_over = UntilOver(*viewing);
    EXPECT_EQ(viewing->fate->ending->code, CloseCode(EndReason::kRevoked)) << round;
  }
  begun = kRounds;
  control.join();

  EXPECT_TRUE(all_over);
  const double opened = Admitted();
  EXPECT_EQ(opened + Admissions(EndReason::kRevoked), kRounds);
  ExpectAllSettled(kRounds);
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
  for (int round = 0; round < kRounds / 3 && all_over; ++round) {
    const auto viewing = View(Mint(Payload(TokenId(round))));
    all_over = UntilOver(*viewing);
  }
  done = true;
  store.join();
  reader.join();
  store_.Release();
  Settle();

  EXPECT_TRUE(all_over);
  ExpectAllSettled(kRounds / 3);
}

}  // namespace
}  // namespace porthole::session

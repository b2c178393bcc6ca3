#include "tests/support/four_threads.h"
#include "tests/unit/admission/fixture.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace porthole::admission {
namespace {

using porthole::testing::InFourThreads;
using std::chrono::seconds;

class ClaimTest : public AdmissionTest {};

TEST_F(ClaimTest, IsGoodOnce) {
  const AdmittedGrant admitted = Admitted(Payload());

  EXPECT_EQ(Claim(admitted), std::nullopt);
  NamedDetail(Claim(admitted), EndReason::kTokenUsed);
}

TEST_F(ClaimTest, TellsTokensAndKeysApart) {
  AdmittedGrant admitted = Admitted(Payload());
  ASSERT_EQ(Claim(admitted), std::nullopt);

  admitted.grant.token_id = "token-2";
  EXPECT_EQ(Claim(admitted), std::nullopt);
  admitted.grant.token_id = "token-1";
  admitted.grant.key_id = "key-2";
  EXPECT_EQ(Claim(admitted), std::nullopt);
}

// Longer than the token can be good: its end, the skew, and a minute for clocks that are set.
TEST_F(ClaimTest, IsRememberedLongerThanTheTokenIsGood) {
  const AdmittedGrant admitted = Admitted(Payload());
  ASSERT_EQ(Claim(admitted), std::nullopt);
  const state::TokenName name{.key_id = "key-1", .token_id = "token-1"};
  const WallTime issued = clock_.Wall();

  EXPECT_TRUE(store_.Used(name, issued + seconds(60 + 30 + 60) - std::chrono::nanoseconds(1)));
  EXPECT_FALSE(store_.Used(name, issued + seconds(60 + 30 + 60)));
}

TEST_F(ClaimTest, RefusesWhenTheStoreCannotRemember) {
  const AdmittedGrant admitted = Admitted(Payload());

  store_.FailNext(absl::StatusCode::kResourceExhausted);
  NamedDetail(Claim(admitted), EndReason::kTooMany);
  store_.FailNext(absl::StatusCode::kUnavailable);
  EXPECT_EQ(NamedDetail(Claim(admitted), EndReason::kInternalError), "claim: no disk");
}

TEST_F(ClaimTest, IsGoodForExactlyOneOfManyThreads) {
  constexpr int kRounds = 100;
  std::vector<AdmittedGrant> rounds(kRounds, Admitted(Payload()));
  for (int i = 0; i < kRounds; ++i) {
    rounds.at(static_cast<std::size_t>(i)).grant.token_id = "token-" + std::to_string(i);
  }
  const Admission& gate = Gate();
  std::vector<std::atomic<int>> good(kRounds);
  std::vector<std::atomic<int>> used(kRounds);
  const auto claim = [&](std::size_t i) {
    gate.Claim(rounds.at(i), [&, i](const std::optional<Refusal>& refusal) {
      ++(refusal.has_value() ? used : good).at(i);
    });
  };
  InFourThreads([&](int /*thread*/) {
    for (std::size_t i = 0; i < kRounds; ++i) {
      claim(i);
    }
  });

  for (std::size_t i = 0; i < kRounds; ++i) {
    EXPECT_EQ(good.at(i).load(), 1) << i;
    EXPECT_EQ(used.at(i).load(), 3) << i;
  }
}

// A revocation stores its block, then walks the sessions; an admission enters, then reads the
// blocks. Whatever the interleaving, the block is seen or the walk finds the session.
TEST_F(ClaimTest, LeavesNoGapBetweenEnteringAndRevoking) {
  const SessionNames names = NamesOf(Admitted(Payload()), "session-1");
  const WallTime now = clock_.Wall();
  for (int round = 0; round < 300; ++round) {
    state::MemoryStore store;
    BlockList blocks(store);
    const Admission fresh(
        configuration_, Surroundings{.keys = keys_,
                                     .blocks = blocks,
                                     .store = store,
                                     .clock = clock_,
                                     .target_check = [](const Target&) { return absl::OkStatus(); },
                                     .process_started = now});
    std::atomic<bool> entered = false;
    std::atomic<bool> refused = false;
    bool walked_over = false;
    std::jthread admitting([&] {
      entered = true;
      refused = fresh.Recheck(names).has_value();
    });
    Revocation revocation;
    revocation.selector = {.kind = SelectorKind::kConsole, .value = "console-1", .addresses = {}};
    blocks.Add(MakeBlock(revocation, now), now,
               [&](const absl::Status& status) { walked_over = status.ok() && entered.load(); });
    admitting.join();

    EXPECT_TRUE(refused.load() || walked_over) << round;
  }
}

}  // namespace
}  // namespace porthole::admission

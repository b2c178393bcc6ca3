#include "admission/blocks.h"
#include "tests/support/fake_clock.h"
#include "tests/support/four_threads.h"
#include "tests/unit/admission/slow_store.h"

#include <absl/status/status.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace porthole::admission {
namespace {

using porthole::testing::InFourThreads;
using std::chrono::seconds;

constexpr WallTime kNow = FakeClock::kStart;

Block ConsoleBlock(std::string console, seconds lasts = seconds(60)) {
  Revocation revocation;
  revocation.selector = {
      .kind = SelectorKind::kConsole, .value = std::move(console), .addresses = {}};
  revocation.block_for = lasts;
  return MakeBlock(revocation, kNow);
}

SessionNames On(std::string console) {
  SessionNames names;
  names.console_id = std::move(console);
  return names;
}

// What a caller of the list heard.
struct Answer {
  std::optional<absl::Status> status;
  state::StateStore::Done Take() {
    return [this](absl::Status heard) { status = std::move(heard); };
  }
};

class BlocksStoreTest : public ::testing::Test {
 protected:
  bool Blocked(const std::string& console) const {
    return blocks_.Find(On(console), kNow).has_value();
  }

  SlowStore store_;
  BlockList blocks_{store_};
};

// Design, section 5: when the caller of RevokeSessions walks the live sessions, whoever enters from
// then on must see the block.
TEST_F(BlocksStoreTest, IsVisibleWhenItsCallerHearsOfIt) {
  bool visible = false;
  blocks_.Add(ConsoleBlock("c"), kNow, [&](const absl::Status&) { visible = Blocked("c"); });
  EXPECT_FALSE(Blocked("c"));

  store_.FinishAll();

  EXPECT_TRUE(visible);
  EXPECT_EQ(store_.Load()->blocks.size(), 1U);
}

TEST_F(BlocksStoreTest, BlocksNothingWhenTheStoreFails) {
  Answer answer;
  store_.FailNext(absl::StatusCode::kUnavailable);
  blocks_.Add(ConsoleBlock("c"), kNow, answer.Take());

  store_.FinishAll();

  EXPECT_EQ(answer.status->code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(Blocked("c"));
}

TEST_F(BlocksStoreTest, StillBlocksWhenLiftingFails) {
  const Block block = ConsoleBlock("c");
  blocks_.Restore({block}, kNow);
  Answer answer;
  store_.FailNext(absl::StatusCode::kUnavailable);

  blocks_.Lift(block.id, answer.Take());
  store_.FinishAll();

  EXPECT_EQ(answer.status->code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Blocked("c"));
}

TEST_F(BlocksStoreTest, BlocksUntilItsLiftingIsDurable) {
  const Block block = ConsoleBlock("c");
  blocks_.Restore({block}, kNow);
  Answer answer;

  blocks_.Lift(block.id, answer.Take());
  EXPECT_TRUE(Blocked("c"));
  store_.FinishAll();

  EXPECT_TRUE(answer.status->ok());
  EXPECT_FALSE(Blocked("c"));
}

TEST_F(BlocksStoreTest, SaysSoWhenThereIsNothingToLift) {
  Answer answer;
  blocks_.Lift("no-such-block", answer.Take());
  EXPECT_EQ(answer.status->code(), absl::StatusCode::kNotFound);
}

TEST_F(BlocksStoreTest, RestoresThoseInForceAndForgetsTheOthersInTheStore) {
  Answer answer;
  for (const Block& block : {ConsoleBlock("old", seconds(10)), ConsoleBlock("new", seconds(60))}) {
    store_.PutBlock(block, answer.Take());
  }
  store_.FinishAll();

  blocks_.Restore(store_.Load()->blocks, kNow + seconds(10));
  store_.FinishAll();

  EXPECT_EQ(blocks_.Size(), 1U);
  EXPECT_TRUE(blocks_.Find(On("new"), kNow + seconds(10)).has_value());
  ASSERT_EQ(store_.Load()->blocks.size(), 1U);
  EXPECT_EQ(store_.Load()->blocks[0].selector.value, "new");
}

TEST_F(BlocksStoreTest, MakesRoomByForgettingThoseThatEnded) {
  for (int i = 0; i < 100; ++i) {
    blocks_.Add(ConsoleBlock(std::to_string(i)), kNow, [](const absl::Status&) {});
  }
  store_.FinishAll();
  ASSERT_EQ(blocks_.Size(), 100U);
  Answer taken;

  blocks_.Add(ConsoleBlock("more", seconds(600)), kNow + seconds(60), taken.Take());
  store_.FinishAll();

  EXPECT_TRUE(taken.status->ok());
  EXPECT_EQ(blocks_.Size(), 1U);
  EXPECT_EQ(store_.Load()->blocks.size(), 1U);
}

TEST_F(BlocksStoreTest, BlocksNothingWhenTheStoreIsFull) {
  Answer refused;
  store_.FailNext(absl::StatusCode::kResourceExhausted);

  blocks_.Add(ConsoleBlock("more"), kNow, refused.Take());
  store_.FinishAll();

  EXPECT_EQ(refused.status->code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(Blocked("more"));
  EXPECT_EQ(blocks_.Size(), 0U);
}

TEST(BlocksThreads, AreFoundAddedAndLiftedTogether) {
  state::MemoryStore store;
  BlockList blocks(store);
  std::atomic<int> found = 0;
  const auto add_and_lift = [&](const std::string& console) {
    Block block = ConsoleBlock(console);
    const std::string id = block.id;
    // Another thread may run the completion: it is in order behind that thread's own.
    const auto blocked = std::make_shared<std::promise<bool>>();
    blocks.Add(std::move(block), kNow, [&, blocked](const absl::Status& added) {
      blocked->set_value(added.ok() && blocks.Find(On(console), kNow).has_value());
    });
    found += blocked->get_future().get() ? 1 : 0;
    EXPECT_LE(blocks.List(kNow).size(), 800U);
    blocks.Lift(id, [](const absl::Status&) {});
  };
  InFourThreads([&](int thread) {
    for (int i = 0; i < 200; ++i) {
      add_and_lift("c" + std::to_string(thread));
    }
  });

  EXPECT_EQ(found.load(), 800);
}

}  // namespace
}  // namespace porthole::admission

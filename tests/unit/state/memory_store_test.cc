#include "state/memory_store.h"

#include "tests/support/fake_clock.h"

#include <absl/status/status.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace porthole::state {
namespace {

using std::chrono::seconds;

constexpr WallTime kNow = FakeClock::kStart;

token::TokenKey Key(std::string id, char filling = 'k') {
  return {.id = std::move(id),
          .profile = token::KeyProfile::kJwe,
          .material = Secret(std::string(token::kTokenKeyBytes, filling)),
          .created = kNow,
          .not_after = {}};
}

Block MakeBlock(std::string id) {
  Block block;
  block.id = std::move(id);
  block.selector = {.kind = SelectorKind::kAll, .value = "", .addresses = {}};
  block.until = kNow + seconds(60);
  return block;
}

class MemoryStoreTest : public testing::Test {
 protected:
  absl::Status Put(token::TokenKey key) {
    absl::Status result = absl::UnknownError("not called");
    store_.PutTokenKey(std::move(key), [&](absl::Status status) { result = std::move(status); });
    return result;
  }
  absl::Status Put(Block block) {
    absl::Status result = absl::UnknownError("not called");
    store_.PutBlock(std::move(block), [&](absl::Status status) { result = std::move(status); });
    return result;
  }
  absl::StatusOr<Claimed> Claim(const TokenName& name) {
    absl::StatusOr<Claimed> result = absl::UnknownError("not called");
    store_.Claim(name, kNow + seconds(60), kNow,
                 [&](absl::StatusOr<Claimed> claimed) { result = std::move(claimed); });
    return result;
  }

  MemoryStore store_;
};

TEST_F(MemoryStoreTest, SaysWhatItIs) {
  EXPECT_EQ(store_.Kind(), "memory");
  EXPECT_FALSE(store_.RemembersAcrossRestarts());
}

TEST_F(MemoryStoreTest, LoadsWhatWasPutAndNotDeleted) {
  EXPECT_TRUE(Put(Key("a")).ok());
  EXPECT_TRUE(Put(Key("b")).ok());
  EXPECT_TRUE(Put(MakeBlock("x")).ok());
  EXPECT_TRUE(Put(MakeBlock("y")).ok());
  int deleted = 0;
  const auto count = [&](const absl::Status& status) { deleted += status.ok() ? 1 : 0; };

  store_.DeleteTokenKey("a", count);
  store_.DeleteTokenKey("never there", count);
  store_.DeleteBlock("y", count);
  store_.DeleteBlock("never there", count);

  EXPECT_EQ(deleted, 4);
  const Remembered remembered = store_.Load().value();
  ASSERT_EQ(remembered.keys.size(), 1U);
  EXPECT_EQ(remembered.keys[0].id, "b");
  EXPECT_EQ(remembered.keys[0].material.Reveal(), std::string(32, 'k'));
  ASSERT_EQ(remembered.blocks.size(), 1U);
  EXPECT_EQ(remembered.blocks[0].id, "x");
}

TEST_F(MemoryStoreTest, TakesTheSameKeyTwiceButNoOtherMaterialForItsId) {
  ASSERT_TRUE(Put(Key("a")).ok());
  EXPECT_TRUE(Put(Key("a")).ok());
  EXPECT_EQ(Put(Key("a", 'x')).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(store_.Load()->keys.at(0).material.Reveal(), std::string(32, 'k'));
}

TEST_F(MemoryStoreTest, BoundsItsKeys) {
  for (std::size_t i = 0; i < token::kMaxTokenKeys; ++i) {
    ASSERT_TRUE(Put(Key("k" + std::to_string(i))).ok());
  }
  EXPECT_EQ(Put(Key("more")).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(Put(Key("k0")).ok());
}

TEST_F(MemoryStoreTest, BoundsItsBlocks) {
  for (std::size_t i = 0; i < kMaxBlocks; ++i) {
    store_.PutBlock(MakeBlock(std::to_string(i)), [](const absl::Status&) {});
  }
  ASSERT_EQ(store_.Load()->blocks.size(), kMaxBlocks);

  EXPECT_EQ(Put(MakeBlock("more")).code(), absl::StatusCode::kResourceExhausted);

  Block changed = MakeBlock("7");
  changed.reason = "changed";
  EXPECT_TRUE(Put(changed).ok());
  EXPECT_EQ(store_.Load()->blocks.size(), kMaxBlocks);
}

TEST_F(MemoryStoreTest, ClaimsATokenOnce) {
  const TokenName name{.key_id = "k", .token_id = "t"};
  EXPECT_FALSE(store_.Used(name, kNow));
  EXPECT_EQ(Claim(name).value(), Claimed::kFirst);
  EXPECT_TRUE(store_.Used(name, kNow));
  EXPECT_EQ(Claim(name).value(), Claimed::kAlreadyUsed);
  EXPECT_FALSE(store_.Used(name, kNow + seconds(60)));
}

TEST_F(MemoryStoreTest, GivesEachTokenToExactlyOneOfManyThreads) {
  constexpr int kTokens = 200;
  std::vector<std::atomic<int>> firsts(kTokens);
  std::vector<std::atomic<int>> answers(kTokens);
  std::atomic<bool> go = false;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      go.wait(false);
      for (std::size_t i = 0; i < kTokens; ++i) {
        store_.Claim({"k", std::to_string(i)}, kNow + seconds(60), kNow,
                     [&, i](const absl::StatusOr<Claimed>& claimed) {
                       ++answers.at(i);
                       firsts.at(i) += claimed.value() == Claimed::kFirst ? 1 : 0;
                     });
      }
    });
  }
  go = true;
  go.notify_all();
  threads.clear();

  for (std::size_t i = 0; i < kTokens; ++i) {
    EXPECT_EQ(firsts.at(i).load(), 1) << i;
    EXPECT_EQ(answers.at(i).load(), 4) << i;
  }
}

TEST_F(MemoryStoreTest, MayBeCalledFromACompletion) {
  bool nested = false;
  store_.PutTokenKey(Key("a"), [&](const absl::Status&) {
    store_.DeleteTokenKey("a", [&](const absl::Status& status) { nested = status.ok(); });
  });

  EXPECT_TRUE(nested);
  EXPECT_TRUE(store_.Load()->keys.empty());
}

}  // namespace
}  // namespace porthole::state

// What every store does: the same tests for each kind.

#include "answers.h"
#include "state/embedded_store.h"
#include "state/memory_store.h"
#include "tests/support/four_threads.h"
#include "tests/support/temp_directory.h"

#include <absl/status/status.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <utility>
#include <vector>

namespace porthole::state {
namespace {

using std::chrono::seconds;

class InMemory {
 public:
  static constexpr std::string_view kKind = "memory";
  static constexpr bool kRemembers = false;

  StateStore& Store() { return store_; }

 private:
  MemoryStore store_;
};

class Embedded {
 public:
  static constexpr std::string_view kKind = "embedded";
  static constexpr bool kRemembers = true;

  Embedded()
      : store_({.directory = directory_.At("state"), .key_file = directory_.At("key"), .vfs = ""},
               clock_,
               nullptr) {}

  StateStore& Store() { return store_; }

 private:
  TempDirectory directory_;
  FakeClock clock_;
  EmbeddedStore store_;
};

template <typename Kind>
class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { EXPECT_TRUE(store_.Load().ok()); }

  Kind kind_;
  StateStore& store_ = kind_.Store();
};

using Kinds = ::testing::Types<InMemory, Embedded>;
TYPED_TEST_SUITE(StoreTest, Kinds);

TYPED_TEST(StoreTest, HasRoomForEightKeysOfCloudStack) {
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(Put(this->store_, CloudStackKey("k" + std::to_string(i))).ok());
  }
  EXPECT_EQ(Put(this->store_, CloudStackKey("k8")).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(Put(this->store_, CloudStackKey("k7")).ok());
  EXPECT_TRUE(Put(this->store_, Key("a")).ok());
  ASSERT_TRUE(DeleteKey(this->store_, "k3").ok());
  EXPECT_TRUE(Put(this->store_, CloudStackKey("k8")).ok());
}

TYPED_TEST(StoreTest, SaysWhatItIs) {
  EXPECT_EQ(this->store_.Kind(), TypeParam::kKind);
  EXPECT_EQ(this->store_.RemembersAcrossRestarts(), TypeParam::kRemembers);
}

TYPED_TEST(StoreTest, LoadsWhatWasPutAndNotDeleted) {
  StateStore& store = this->store_;
  EXPECT_TRUE(Put(store, Key("a")).ok());
  EXPECT_TRUE(Put(store, Key("b")).ok());
  EXPECT_TRUE(Put(store, MakeBlock("x")).ok());
  EXPECT_TRUE(Put(store, MakeBlock("y")).ok());

  EXPECT_TRUE(DeleteKey(store, "a").ok());
  EXPECT_TRUE(DeleteKey(store, "never there").ok());
  EXPECT_TRUE(DeleteBlock(store, "y").ok());
  EXPECT_TRUE(DeleteBlock(store, "never there").ok());

  const Remembered remembered = store.Load().value();
  ASSERT_EQ(remembered.keys.size(), 1U);
  EXPECT_EQ(remembered.keys[0].id, "b");
  EXPECT_EQ(remembered.keys[0].material.Reveal(), std::string(32, 'k'));
  ASSERT_EQ(remembered.blocks.size(), 1U);
  EXPECT_EQ(remembered.blocks[0].id, "x");
}

TYPED_TEST(StoreTest, KeepsEveryFieldOfAKey) {
  token::TokenKey key = Key("a.b_c-1");
  key.material = Secret(std::string("\0\1\2", 3) + std::string(29, '\xFF'));
  key.created = kNow + std::chrono::nanoseconds(1);
  key.not_after = kNow + seconds(5);

  ASSERT_TRUE(Put(this->store_, key).ok());

  const token::TokenKey loaded = this->store_.Load()->keys.at(0);
  EXPECT_EQ(loaded.id, key.id);
  EXPECT_EQ(loaded.profile, key.profile);
  EXPECT_EQ(loaded.material.Reveal(), key.material.Reveal());
  EXPECT_EQ(loaded.created, key.created);
  EXPECT_EQ(loaded.not_after, key.not_after);
}

TYPED_TEST(StoreTest, KeepsEveryFieldOfABlock) {
  std::vector<Block> blocks;
  for (int kind = 0; kind < kSelectorKindCount; ++kind) {
    Block block = MakeBlock("block-" + std::to_string(kind));
    block.selector.kind = static_cast<SelectorKind>(kind);
    block.selector.value = "it's \"5\"\n; \xC3\xA4";
    block.reason = "Wartung bis f\xC3\xBCnf.";
    block.creator = "dns:cloud.example";
    if (block.selector.kind == SelectorKind::kClientAddress) {
      block.selector.value.clear();
      block.selector.addresses = IpPrefix::Parse("2001:db8::/32").value();
      block.issued_until = kNow + std::chrono::nanoseconds(7);
    }
    ASSERT_TRUE(Put(this->store_, block).ok());
    blocks.push_back(block);
  }

  const std::vector<Block> loaded = this->store_.Load()->blocks;
  ASSERT_EQ(loaded.size(), blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    EXPECT_EQ(loaded[i].id, blocks[i].id);
    EXPECT_EQ(loaded[i].selector, blocks[i].selector);
    EXPECT_EQ(loaded[i].reason, blocks[i].reason);
    EXPECT_EQ(loaded[i].creator, blocks[i].creator);
    EXPECT_EQ(loaded[i].created, blocks[i].created);
    EXPECT_EQ(loaded[i].until, blocks[i].until);
    EXPECT_EQ(loaded[i].issued_until, blocks[i].issued_until);
  }
}

TYPED_TEST(StoreTest, TakesTheSameKeyTwiceButNoOtherMaterialForItsId) {
  ASSERT_TRUE(Put(this->store_, Key("a")).ok());
  EXPECT_TRUE(Put(this->store_, Key("a")).ok());
  EXPECT_EQ(Put(this->store_, Key("a", 'x')).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(this->store_.Load()->keys.at(0).material.Reveal(), std::string(32, 'k'));
}

TYPED_TEST(StoreTest, BoundsItsKeys) {
  for (std::size_t i = 0; i + 1 < token::kMaxTokenKeys; ++i) {
    this->store_.PutTokenKey(Key("k" + std::to_string(i)),
                             [](const absl::Status& status) { EXPECT_TRUE(status.ok()); });
  }
  ASSERT_TRUE(Put(this->store_, Key("last")).ok());

  EXPECT_EQ(Put(this->store_, Key("more")).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(Put(this->store_, Key("k0")).ok());
  EXPECT_EQ(this->store_.Load()->keys.size(), token::kMaxTokenKeys);
}

TYPED_TEST(StoreTest, BoundsItsBlocks) {
  for (std::size_t i = 0; i < kMaxBlocks; ++i) {
    this->store_.PutBlock(MakeBlock(std::to_string(i)),
                          [](const absl::Status& status) { EXPECT_TRUE(status.ok()); });
    if (i % 10'000 == 9'999) {  // no more may wait than there is room for
      ASSERT_TRUE(Put(this->store_, MakeBlock("0")).ok());
    }
  }

  EXPECT_EQ(Put(this->store_, MakeBlock("more")).code(), absl::StatusCode::kResourceExhausted);

  Block changed = MakeBlock("7");
  changed.reason = "changed";
  EXPECT_TRUE(Put(this->store_, changed).ok());
  EXPECT_TRUE(DeleteBlock(this->store_, "8").ok());
  EXPECT_TRUE(Put(this->store_, MakeBlock("more")).ok());
  EXPECT_EQ(Put(this->store_, MakeBlock("8")).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(this->store_.Load()->blocks.size(), kMaxBlocks);
}

TYPED_TEST(StoreTest, ClaimsATokenOnce) {
  const TokenName name{.key_id = "k", .token_id = "t"};
  EXPECT_FALSE(this->store_.Used(name, kNow));
  EXPECT_EQ(Claim(this->store_, name).value(), Claimed::kFirst);
  EXPECT_TRUE(this->store_.Used(name, kNow));
  EXPECT_EQ(Claim(this->store_, name).value(), Claimed::kAlreadyUsed);
  EXPECT_FALSE(this->store_.Used(name, kNow + seconds(60)));
  // Forgotten at that moment, it may be remembered anew.
  EXPECT_EQ(Claim(this->store_, name, kNow + seconds(120), kNow + seconds(60)).value(),
            Claimed::kFirst);
  EXPECT_TRUE(this->store_.Used(name, kNow + seconds(119)));
}

TYPED_TEST(StoreTest, GivesEachTokenToExactlyOneOfManyThreads) {
  constexpr int kTokens = 200;
  std::vector<std::atomic<int>> firsts(kTokens);
  std::atomic<int> answers = 0;
  std::promise<void> all;
  const auto claim = [&](std::size_t i) {
    this->store_.Claim({"k", std::to_string(i)}, kNow + seconds(60), kNow,
                       [&, i](const absl::StatusOr<Claimed>& claimed) {
                         firsts.at(i) += claimed.value() == Claimed::kFirst ? 1 : 0;
                         if (++answers == 4 * kTokens) {
                           all.set_value();
                         }
                       });
  };
  testing::InFourThreads([&](int /*thread*/) {
    for (std::size_t i = 0; i < kTokens; ++i) {
      claim(i);
    }
  });
  all.get_future().wait();

  for (std::size_t i = 0; i < kTokens; ++i) {
    EXPECT_EQ(firsts.at(i).load(), 1) << i;
  }
}

TYPED_TEST(StoreTest, AnswersChangesInTheirOrder) {
  constexpr int kChanges = 500;
  std::vector<int> answered;
  std::promise<void> all;
  for (int i = 0; i < kChanges; ++i) {
    const auto done = [&answered, &all, i](const absl::Status&) {
      answered.push_back(i);
      if (i == kChanges - 1) {
        all.set_value();
      }
    };
    if (i % 2 == 0) {
      this->store_.PutTokenKey(Key("k"), done);
    } else {
      this->store_.DeleteTokenKey("k", done);
    }
  }
  all.get_future().wait();

  for (int i = 0; i < kChanges; ++i) {
    EXPECT_EQ(answered.at(static_cast<std::size_t>(i)), i);
  }
  EXPECT_TRUE(this->store_.Load()->keys.empty());
}

TYPED_TEST(StoreTest, MayBeCalledFromACompletion) {
  std::promise<absl::Status> nested;
  this->store_.PutTokenKey(Key("a"), [&](const absl::Status&) {
    this->store_.DeleteTokenKey("a",
                                [&](absl::Status status) { nested.set_value(std::move(status)); });
  });

  EXPECT_TRUE(nested.get_future().get().ok());
  EXPECT_TRUE(this->store_.Load()->keys.empty());
}

TYPED_TEST(StoreTest, AnswersWhatItWasAskedBeforeItGoes) {
  int answers = 0;
  {
    TypeParam other;
    ASSERT_TRUE(other.Store().Load().ok());
    for (int i = 0; i < 3000; ++i) {
      other.Store().Claim({"k", std::to_string(i)}, kNow + seconds(60), kNow,
                          [&](const absl::StatusOr<Claimed>& claimed) {
                            answers += claimed.ok() && *claimed == Claimed::kFirst ? 1 : 0;
                          });
    }
  }
  EXPECT_EQ(answers, 3000);
}

}  // namespace
}  // namespace porthole::state

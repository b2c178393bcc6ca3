#include "token/key_ring.h"

#include "tests/support/four_threads.h"
#include "tests/unit/token/fixture.h"

#include <absl/status/status.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

namespace porthole::token {
namespace {

TEST(KeyRing, FindsWhatWasPut) {
  KeyRing ring;
  ASSERT_TRUE(ring.Put(MakeKey("key-1")).ok());

  const std::shared_ptr<const TokenKey> key = ring.Find("key-1");

  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->material.Reveal(), kMaterial);
  EXPECT_EQ(ring.Find("key-2"), nullptr);
  EXPECT_EQ(ring.Find(""), nullptr);
}

TEST(KeyRing, TakesTheSameKeyTwiceAndKeepsTheFirst) {
  KeyRing ring;
  ASSERT_TRUE(ring.Put(MakeKey("key-1")).ok());
  TokenKey again = MakeKey("key-1");
  again.created += std::chrono::hours(1);

  EXPECT_TRUE(ring.Put(again).ok());

  EXPECT_EQ(ring.Size(), 1U);
  EXPECT_EQ(ring.Find("key-1")->created, WallTime(FakeClock::kStart));
}

TEST(KeyRing, RefusesOtherMaterialForAnIdAndKeepsWhatWasThere) {
  KeyRing ring;
  ASSERT_TRUE(ring.Put(MakeKey("key-1")).ok());

  const absl::Status status = ring.Put(MakeKey("key-1", std::string(32, 'x')));

  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ring.Find("key-1")->material.Reveal(), kMaterial);
}

TEST(KeyRing, RefusesAnInvalidKey) {
  KeyRing ring;

  EXPECT_EQ(ring.Put(MakeKey("a b")).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ring.Put(MakeKey("a", "short")).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ring.Size(), 0U);
}

TEST(KeyRing, IsBoundedButStillTakesAKeyThatItHas) {
  KeyRing ring;
  for (std::size_t i = 0; i < kMaxTokenKeys; ++i) {
    ASSERT_TRUE(ring.Put(MakeKey("key-" + std::to_string(i))).ok());
  }

  EXPECT_EQ(ring.Put(MakeKey("one-more")).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(ring.Put(MakeKey("key-7")).ok());
  EXPECT_EQ(ring.Size(), kMaxTokenKeys);

  EXPECT_TRUE(ring.Remove("key-7"));
  EXPECT_TRUE(ring.Put(MakeKey("one-more")).ok());
}

TEST(KeyRing, RemovesOnceAndLeavesAFoundKeyValid) {
  KeyRing ring;
  ASSERT_TRUE(ring.Put(MakeKey("key-1")).ok());
  const std::shared_ptr<const TokenKey> found = ring.Find("key-1");

  EXPECT_TRUE(ring.Remove("key-1"));
  EXPECT_FALSE(ring.Remove("key-1"));

  EXPECT_EQ(ring.Find("key-1"), nullptr);
  EXPECT_EQ(found->material.Reveal(), kMaterial);
}

TEST(KeyRing, ListsById) {
  KeyRing ring;
  for (const char* const id : {"b", "c", "a"}) {
    ASSERT_TRUE(ring.Put(MakeKey(id)).ok());
  }

  std::string ids;
  for (const std::shared_ptr<const TokenKey>& key : ring.List()) {
    ids += key->id;
  }

  EXPECT_EQ(ids, "abc");
}

TEST(KeyRing, IsUsedByManyThreads) {
  KeyRing ring;
  std::atomic<int> found = 0;
  testing::InFourThreads([&](int thread) {
    const std::string id = "key-" + std::to_string(thread % 2);
    for (int i = 0; i < 500; ++i) {
      EXPECT_TRUE(ring.Put(MakeKey(id)).ok());
      found += ring.Find(id) != nullptr ? 1 : 0;
      ring.Remove(id);
      EXPECT_LE(ring.List().size(), 2U);
    }
  });

  EXPECT_GT(found.load(), 0);
  EXPECT_EQ(ring.Size(), 0U);
}

}  // namespace
}  // namespace porthole::token

#include "admission/durable_keys.h"

#include "tests/support/fake_clock.h"
#include "tests/unit/admission/slow_store.h"

#include <absl/status/status.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace porthole::admission {
namespace {

token::TokenKey Key(std::string id, char filling = 'k') {
  return {.id = std::move(id),
          .profile = token::KeyProfile::kJwe,
          .material = Secret(std::string(token::kTokenKeyBytes, filling)),
          .created = FakeClock::kStart,
          .not_after = {}};
}

class DurableKeysTest : public testing::Test {
 protected:
  // Starts a change; the answer is there once the store finished it.
  void Put(token::TokenKey key) {
    keys_.Put(std::move(key), [this](absl::Status status) { answer_ = std::move(status); });
  }
  void Delete(std::string id) {
    keys_.Delete(std::move(id), [this](absl::Status status) { answer_ = std::move(status); });
  }
  absl::StatusCode Finish() {
    store_.FinishAll();
    return answer_.has_value() ? answer_->code() : absl::StatusCode::kUnknown;
  }
  bool Opens(const std::string& id) const { return ring_.Find(id) != nullptr; }
  bool Stored(const std::string& id) {
    const state::Remembered remembered = store_.Load().value();
    return std::ranges::find(remembered.keys, id, &token::TokenKey::id) != remembered.keys.end();
  }

  token::KeyRing ring_;
  SlowStore store_;
  DurableKeys keys_{ring_, store_};
  std::optional<absl::Status> answer_;
};

TEST_F(DurableKeysTest, OpensNothingBeforeItIsDurable) {
  Put(Key("a"));
  EXPECT_FALSE(Opens("a"));
  EXPECT_FALSE(answer_.has_value());

  EXPECT_EQ(Finish(), absl::StatusCode::kOk);

  EXPECT_TRUE(Opens("a"));
  EXPECT_TRUE(Stored("a"));
}

TEST_F(DurableKeysTest, IsIdempotentAndRefusesOtherMaterial) {
  Put(Key("a"));
  EXPECT_EQ(Finish(), absl::StatusCode::kOk);
  Put(Key("a"));
  EXPECT_EQ(Finish(), absl::StatusCode::kOk);
  Put(Key("a", 'x'));
  EXPECT_EQ(Finish(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ring_.Find("a")->material.Reveal(), std::string(32, 'k'));
}

// Two callers at once with one id: the store decides, and the ring follows it.
TEST_F(DurableKeysTest, KeepsTheFirstOfTwoThatComeTogether) {
  Put(Key("a", 'k'));
  Put(Key("a", 'x'));

  EXPECT_EQ(Finish(), absl::StatusCode::kAlreadyExists);

  EXPECT_EQ(ring_.Find("a")->material.Reveal(), std::string(32, 'k'));
}

TEST_F(DurableKeysTest, RefusesAnInvalidKeyWithoutAskingTheStore) {
  Put(Key("a b"));
  EXPECT_EQ(answer_->code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(store_.FinishOne());
}

TEST_F(DurableKeysTest, OpensNothingWhenTheStoreFails) {
  store_.FailNext(absl::StatusCode::kUnavailable);
  Put(Key("a"));
  EXPECT_EQ(Finish(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(Opens("a"));
}

TEST_F(DurableKeysTest, OpensNothingFromTheMomentOfDeletion) {
  Put(Key("a"));
  Finish();

  Delete("a");
  EXPECT_FALSE(Opens("a"));
  EXPECT_EQ(Finish(), absl::StatusCode::kOk);

  EXPECT_FALSE(Stored("a"));
}

TEST_F(DurableKeysTest, SaysSoWhenThereIsNothingToDelete) {
  Delete("a");
  EXPECT_EQ(Finish(), absl::StatusCode::kNotFound);
}

TEST_F(DurableKeysTest, CanRepeatADeletionThatFailed) {
  Put(Key("a"));
  Finish();
  store_.FailNext(absl::StatusCode::kUnavailable);
  Delete("a");
  EXPECT_EQ(Finish(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(Opens("a"));
  EXPECT_TRUE(Stored("a"));

  Delete("a");
  Finish();

  EXPECT_FALSE(Stored("a"));
}

TEST_F(DurableKeysTest, DeletesAKeyThatIsStillOnItsWay) {
  Put(Key("a"));
  Delete("a");

  EXPECT_EQ(Finish(), absl::StatusCode::kOk);

  EXPECT_FALSE(Opens("a"));
  EXPECT_FALSE(Stored("a"));
}

TEST_F(DurableKeysTest, PutsAKeyAgainAfterItsDeletion) {
  Put(Key("a"));
  Finish();
  Delete("a");
  Put(Key("a", 'x'));

  EXPECT_EQ(Finish(), absl::StatusCode::kOk);

  EXPECT_EQ(ring_.Find("a")->material.Reveal(), std::string(32, 'x'));
  EXPECT_TRUE(Stored("a"));
}

TEST_F(DurableKeysTest, RestoresWhatTheStoreRemembered) {
  EXPECT_TRUE(keys_.Restore({Key("a"), Key("b")}).ok());
  EXPECT_TRUE(Opens("a"));
  EXPECT_TRUE(Opens("b"));
  EXPECT_EQ(keys_.Restore({Key("a", 'x')}).code(), absl::StatusCode::kAlreadyExists);
}

}  // namespace
}  // namespace porthole::admission

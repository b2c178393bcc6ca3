// The power goes at every sync that the embedded store asks for, and the disk does with what was
// not synced as disks do: what was acknowledged is there at the next start.

#include "answers.h"
#include "state/embedded_store.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/temp_directory.h"

#include <absl/status/status.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace porthole::state {
namespace {

constexpr int kRounds = 9;

// What the store said that it keeps, and what it must not have any more.
struct Acknowledged {
  std::set<std::string> keys;
  std::set<std::string> blocks;
  std::vector<TokenName> claims;
  std::set<std::string> deleted;  // keys
};

class PowerLossTest : public testing::Test {
 protected:
  // A log of few pages, so that the test sees many checkpoints.
  StatePlaces Places() const {
    return {.directory = directory_.At("state"),
            .key_file = directory_.At("key"),
            .vfs = vfs_.Name(),
            .checkpoint_pages = 6};
  }

  // Puts, deletes and claims until the power goes.
  static Acknowledged Work(EmbeddedStore& store) {
    Acknowledged kept;
    for (int i = 0; i < kRounds; ++i) {
      const std::string id = "id-" + std::to_string(i);
      if (Put(store, Key(id)).ok()) {
        kept.keys.insert(id);
      }
      if (Put(store, MakeBlock(id)).ok()) {
        kept.blocks.insert(id);
      }
      const TokenName token{.key_id = "k", .token_id = id};
      const absl::StatusOr<Claimed> claimed = Claim(store, token);
      if (claimed.ok() && *claimed == Claimed::kFirst) {
        kept.claims.push_back(token);
      }
      if (i % 3 == 2) {
        Delete(store, "id-" + std::to_string(i - 1), kept);
      }
    }
    return kept;
  }

  static void Delete(EmbeddedStore& store, const std::string& id, Acknowledged& kept) {
    kept.keys.erase(id);  // it may be gone also where that was not acknowledged
    if (DeleteKey(store, id).ok()) {
      kept.deleted.insert(id);
    }
  }

  static void Check(EmbeddedStore& store, const Acknowledged& kept) {
    const absl::StatusOr<Remembered> loaded = store.Load();
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    std::set<std::string> keys;
    for (const token::TokenKey& key : loaded->keys) {
      EXPECT_EQ(key.material.Reveal(), std::string(32, 'k'));
      keys.insert(key.id);
    }
    std::set<std::string> blocks;
    for (const Block& block : loaded->blocks) {
      blocks.insert(block.id);
    }
    EXPECT_TRUE(std::ranges::includes(keys, kept.keys));
    EXPECT_TRUE(std::ranges::includes(blocks, kept.blocks));
    for (const std::string& id : kept.deleted) {
      EXPECT_FALSE(keys.contains(id)) << id;
    }
    for (const TokenName& token : kept.claims) {
      EXPECT_EQ(Claim(store, token).value(), Claimed::kAlreadyUsed) << token.token_id;
    }
  }

  // Work until the sync of that number, counted from the store's opening; false: there was none.
  bool LosesNothingAtSync(int number, Unsynced unsynced) {
    SCOPED_TRACE("sync " + std::to_string(number));
    std::filesystem::remove_all(directory_.At("state"));
    Acknowledged kept;
    {
      EmbeddedStore store(Places(), clock_, nullptr);
      EXPECT_TRUE(store.Load().ok());
      vfs_.CutPowerAtSync(vfs_.Syncs() + number);
      kept = Work(store);
    }
    const bool cut = vfs_.PowerIsCut();
    vfs_.RestorePower(unsynced, static_cast<std::uint32_t>(number));
    EmbeddedStore store(Places(), clock_, nullptr);
    Check(store, kept);
    return cut;
  }

  TempDirectory directory_;
  FakeClock clock_;
  FaultyVfs vfs_{"power-loss"};
};

class PowerLossWays : public PowerLossTest, public testing::WithParamInterface<Unsynced> {};

TEST_P(PowerLossWays, LosesNothingThatWasAcknowledgedAtWhicheverSync) {
  int number = 1;
  while (LosesNothingAtSync(number, GetParam()) && !HasFailure()) {
    ++number;
  }
  // Two or more for every change's transaction and checkpoint.
  EXPECT_GT(number, 3 * kRounds);
}

INSTANTIATE_TEST_SUITE_P(All,
                         PowerLossWays,
                         testing::Values(Unsynced::kLost, Unsynced::kKept, Unsynced::kSome));

// The test above can fail: a database that does not sync loses what it said.
TEST_F(PowerLossTest, SeesWhatADatabaseLosesThatDoesNotSync) {
  {
    EmbeddedStore store(Places(), clock_, nullptr);
    ASSERT_TRUE(store.Load().ok());
  }
  const std::string path = Places().directory + "/state.db";
  {
    Database database = Database::Open(path, vfs_.Name()).value();
    ASSERT_TRUE(database
                    .Run("PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = NORMAL;"
                         "INSERT INTO used_token VALUES (x'00', 1)")
                    .ok());
    vfs_.CutPowerAtSync(vfs_.Syncs() + 1);
  }
  ASSERT_TRUE(vfs_.PowerIsCut());
  vfs_.RestorePower(Unsynced::kLost, 1);

  Database database = Database::Open(path, vfs_.Name()).value();
  ASSERT_TRUE(database.Run("PRAGMA locking_mode = EXCLUSIVE").ok());
  EXPECT_EQ(database.Number("SELECT count(*) FROM used_token").value(), 0);
}

}  // namespace
}  // namespace porthole::state

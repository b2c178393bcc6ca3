#include "state/embedded_store.h"

#include "answers.h"
#include "base/status.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/temp_directory.h"

#include <absl/status/status.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace porthole::state {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class EmbeddedStoreTest : public testing::Test {
 protected:
  std::unique_ptr<EmbeddedStore> New(EmbeddedStore::OnChange on_change = nullptr) {
    return std::make_unique<EmbeddedStore>(places_, clock_, std::move(on_change));
  }
  // One that is open.
  std::unique_ptr<EmbeddedStore> Open(EmbeddedStore::OnChange on_change = nullptr) {
    auto store = New(std::move(on_change));
    const absl::StatusOr<Remembered> loaded = store->Load();
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return store;
  }
  // Why it does not open.
  absl::Status Refusal() { return New()->Load().status(); }
  // Changes the database behind the store's back.
  void Run(const std::string& sql) const {
    ASSERT_TRUE(Database::Open(database_, "").value().Run(sql).ok());
  }

  TempDirectory directory_;
  FakeClock clock_;
  FaultyVfs vfs_{"faulty"};
  StatePlaces places_{.directory = directory_.At("lib/state"),
                      .key_file = directory_.At("keys/kek"),
                      .vfs = vfs_.Name()};
  const std::string database_ = directory_.At("lib/state/state.db");
};

TEST_F(EmbeddedStoreTest, RemembersEverythingAcrossRestarts) {
  const TokenName token{.key_id = "k", .token_id = "t"};
  {
    const auto store = Open();
    ASSERT_TRUE(Put(*store, Key("a")).ok());
    ASSERT_TRUE(Put(*store, MakeBlock("x")).ok());
    ASSERT_EQ(Claim(*store, token).value(), Claimed::kFirst);
  }

  const auto store = New();
  const Remembered loaded = store->Load().value();

  ASSERT_EQ(loaded.keys.size(), 1U);
  EXPECT_EQ(loaded.keys[0].material.Reveal(), std::string(32, 'k'));
  ASSERT_EQ(loaded.blocks.size(), 1U);
  EXPECT_TRUE(store->Used(token, kNow));
  EXPECT_EQ(Claim(*store, token).value(), Claimed::kAlreadyUsed);
  EXPECT_EQ(Put(*store, Key("a", 'x')).code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(EmbeddedStoreTest, RemembersTheRulesOfAKey) {
  token::TokenKey key = CloudStackKey("a");
  key.cloudstack = {.check_source_address = true,
                    .allow_legacy_cbc = true,
                    .extra_origins = {"https://cloud.example"}};
  ASSERT_TRUE(Put(*Open(), key).ok());

  const Remembered loaded = New()->Load().value();

  ASSERT_EQ(loaded.keys.size(), 1U);
  EXPECT_EQ(loaded.keys[0].profile, token::KeyProfile::kCloudStack);
  EXPECT_EQ(loaded.keys[0].cloudstack, key.cloudstack);
  EXPECT_TRUE(SameMaterial(loaded.keys[0], key));
}

TEST_F(EmbeddedStoreTest, RefusesAKeyWhoseRulesWereChanged) {
  ASSERT_TRUE(Put(*Open(), CloudStackKey("a")).ok());
  Run("UPDATE token_key SET rules = 'allow_legacy_cbc'");

  EXPECT_THAT(Message(Refusal()), HasSubstr("the token key \"a\""));
}

TEST_F(EmbeddedStoreTest, MigratesTheKeysOfTheFirstSchema) {
  ASSERT_TRUE(Put(*Open(), Key("a")).ok());
  Run("ALTER TABLE token_key DROP COLUMN rules; PRAGMA user_version = 1");

  const Remembered loaded = New()->Load().value();

  ASSERT_EQ(loaded.keys.size(), 1U);
  EXPECT_TRUE(SameMaterial(loaded.keys[0], Key("a")));
}

TEST_F(EmbeddedStoreTest, SaysSinceWhenItRemembers) {
  EXPECT_EQ(New()->RemembersSince(), std::nullopt);
  clock_.Advance(std::chrono::milliseconds(1500));
  EXPECT_EQ(Open()->RemembersSince(), kNow + seconds(1));
  clock_.Advance(seconds(1000));
  EXPECT_EQ(Open()->RemembersSince(), kNow + seconds(1));
}

TEST_F(EmbeddedStoreTest, ForgetsUsedTokensOnTheDiskToo) {
  {
    const auto store = Open();
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(Claim(*store, {"k", std::to_string(i)}).ok());
    }
    for (int i = 100; i < 160; ++i) {
      ASSERT_TRUE(
          Claim(*store, {"k", std::to_string(i)}, kNow + seconds(120), kNow + seconds(60)).ok());
    }
  }

  Database database = Database::Open(database_, "").value();
  EXPECT_EQ(database.Number("SELECT count(*) FROM used_token").value(), 60);
}

TEST_F(EmbeddedStoreTest, KeepsNoMaterialInTheClear) {
  const std::string material = "thirty-two bytes of key material";
  token::TokenKey key = Key("a");
  key.material = Secret(material);
  const auto store = Open();
  ASSERT_TRUE(Put(*store, key).ok());

  std::string everything;
  for (const auto& entry : fs::directory_iterator(places_.directory)) {
    everything += ContentOf(entry.path());
  }
  EXPECT_THAT(everything, HasSubstr("token_key"));
  EXPECT_EQ(everything.find(material), std::string::npos);
}

TEST_F(EmbeddedStoreTest, IsItsOwnersAlone) {
  const auto store = Open();
  ASSERT_TRUE(Put(*store, Key("a")).ok());

  const auto mode = [](const std::string& path) {
    return static_cast<unsigned>(fs::status(path).permissions()) & 0777U;
  };
  EXPECT_EQ(mode(places_.directory), 0700U);
  EXPECT_EQ(mode(places_.key_file), 0600U);
  for (const auto& entry : fs::directory_iterator(places_.directory)) {
    EXPECT_EQ(mode(entry.path()), 0600U) << entry.path();
  }
}

TEST_F(EmbeddedStoreTest, HoldsItsDirectoryAlone) {
  const auto store = Open();

  EXPECT_EQ(Refusal().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Message(Refusal()), "another process uses the state directory " + places_.directory);
}

TEST_F(EmbeddedStoreTest, RefusesADatabaseWhoseKeyIsMissing) {
  Open();
  const std::string before = ContentOf(database_);
  fs::remove(places_.key_file);

  EXPECT_EQ(Message(Refusal()),
            "the state database " + database_ + " is there, but its key-encryption key " +
                places_.key_file +
                " is not: bring the key back, or move the database away to begin anew");
  EXPECT_FALSE(fs::exists(places_.key_file));
  EXPECT_EQ(ContentOf(database_), before);
}

TEST_F(EmbeddedStoreTest, RefusesADatabaseOfAnotherKey) {
  Open();
  const std::string before = ContentOf(database_);
  std::ofstream(places_.key_file) << std::string(64, 'a') << '\n';

  EXPECT_EQ(Message(Refusal()), "the state database " + database_ + ": the key-encryption key " +
                                    places_.key_file + " is not the one that it was made with");
  EXPECT_EQ(ContentOf(database_), before);
}

TEST_F(EmbeddedStoreTest, TakesAKeyThatIsThereBeforeTheDatabase) {
  fs::create_directories(fs::path(places_.key_file).parent_path());
  std::ofstream(places_.key_file) << std::string(64, 'a');
  fs::permissions(places_.key_file, fs::perms(0440));
  const auto store = Open();
  EXPECT_TRUE(Put(*store, Key("a")).ok());
  EXPECT_EQ(ContentOf(places_.key_file), std::string(64, 'a'));
}

TEST_F(EmbeddedStoreTest, RefusesASchemaOfANewerVersion) {
  Open();
  Run("PRAGMA user_version = 7");

  EXPECT_EQ(Message(Refusal()),
            "the state database " + database_ +
                ": a newer version of Porthole made it (schema 7; this version knows up to 2)");
}

TEST_F(EmbeddedStoreTest, RefusesADatabaseOfSomebodyElse) {
  Open();
  Run("PRAGMA application_id = 7");

  EXPECT_THAT(Message(Refusal()), HasSubstr("it is no state database of Porthole's"));
}

TEST_F(EmbeddedStoreTest, RefusesAFileThatIsNoDatabaseOrEmpty) {
  Open();
  std::ofstream(database_) << std::string(5000, 'x');
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(Message(Refusal()), AllOf(HasSubstr(database_), HasSubstr("not a database")));

  fs::resize_file(database_, 0);
  EXPECT_EQ(Message(Refusal()), "the state database " + database_ + ": the file is empty");
}

// Every page but the first in turn: the first is the test above's.
TEST_F(EmbeddedStoreTest, RefusesADamagedDatabaseAndLeavesItAsItIs) {
  {
    const auto store = Open();
    for (int i = 0; i < 60; ++i) {
      ASSERT_TRUE(Put(*store, Key("k" + std::to_string(i))).ok());
    }
  }
  const std::string good = ContentOf(database_);
  constexpr std::size_t kPage = 4096;
  ASSERT_GT(good.size(), 5 * kPage);
  for (std::size_t page = 1; page < good.size() / kPage; ++page) {
    std::string damaged = good;
    damaged.replace(page * kPage, kPage, kPage, '\xA5');
    std::ofstream(database_, std::ios::binary) << damaged;

    EXPECT_EQ(Refusal().code(), absl::StatusCode::kDataLoss) << page;
    EXPECT_EQ(ContentOf(database_), damaged) << page;
  }
}

TEST_F(EmbeddedStoreTest, RefusesALogWithoutItsDatabase) {
  Open();
  std::ofstream(database_ + "-wal") << "what is left";
  fs::remove(database_);

  EXPECT_EQ(Refusal().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(Message(Refusal()), HasSubstr("is gone, but its log"));
  EXPECT_FALSE(fs::exists(database_));
}

TEST_F(EmbeddedStoreTest, BeginsAnewWhatItDidNotFinishMaking) {
  fs::create_directories(places_.directory);
  std::ofstream(database_ + ".new") << "half of a database";

  EXPECT_TRUE(Put(*Open(), Key("a")).ok());
}

// Nobody's permissions, since those of root hold nowhere.
TEST_F(EmbeddedStoreTest, SaysWhichDirectoryItMayNotWrite) {
  Open();
  fs::permissions(places_.directory, fs::perms(0555));
  fs::permissions(directory_.At(""), fs::perms(0755));
  fs::permissions(directory_.At("lib"), fs::perms(0755));
  constexpr uid_t kNobody = 65534;
  const uid_t self = geteuid();
  ASSERT_TRUE(self != 0 || seteuid(kNobody) == 0);
  const absl::Status refusal = Refusal();
  ASSERT_TRUE(self != 0 || seteuid(self) == 0);

  EXPECT_EQ(refusal.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Message(refusal), "cannot open " + places_.directory + "/lock: Permission denied");
}

TEST_F(EmbeddedStoreTest, SaysThatADirectoryCannotBeMade) {
  places_.directory = "/proc/porthole/state";

  EXPECT_THAT(Message(Refusal()), HasSubstr("cannot make the directory /proc/porthole"));
}

class Changes {
 public:
  EmbeddedStore::OnChange Listener() {
    return [this](const absl::Status& status) {
      const std::lock_guard lock(mutex_);
      seen_.push_back(status);
      changed_.notify_all();
    };
  }
  std::vector<absl::Status> Await(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, seconds(20), [&] { return seen_.size() >= count; });
    return seen_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<absl::Status> seen_;
};

class BrokenDiskTest : public EmbeddedStoreTest, public testing::WithParamInterface<int> {
 protected:
  void Break(int code) {
    if (GetParam() == SQLITE_IOERR_FSYNC) {
      vfs_.FailSyncs(code);
    } else {
      vfs_.FailWrites(code);
    }
  }
};

TEST_P(BrokenDiskTest, FailsEveryChangeChangesNothingAndRecovers) {
  Changes changes;
  const auto store = Open(changes.Listener());
  ASSERT_TRUE(Put(*store, Key("before")).ok());
  const TokenName token{.key_id = "k", .token_id = "t"};

  Break(GetParam());
  const absl::Status put = Put(*store, Key("meanwhile"));
  EXPECT_EQ(put.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Message(put), HasSubstr("the store cannot write: "));
  EXPECT_EQ(Put(*store, MakeBlock("meanwhile")).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(DeleteKey(*store, "before").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Claim(*store, token).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(store->Used(token, kNow));
  ASSERT_EQ(changes.Await(1).size(), 1U);
  EXPECT_EQ(changes.Await(1)[0].code(), absl::StatusCode::kUnavailable);

  // It looks by itself whether the disk works again.
  Break(SQLITE_OK);
  ASSERT_EQ(changes.Await(2).size(), 2U);
  EXPECT_TRUE(changes.Await(2)[1].ok());
  const Remembered loaded = store->Load().value();
  ASSERT_EQ(loaded.keys.size(), 1U);
  EXPECT_EQ(loaded.keys[0].id, "before");
  EXPECT_TRUE(loaded.blocks.empty());
  EXPECT_EQ(Claim(*store, token).value(), Claimed::kFirst);
  EXPECT_EQ(Put(*store, Key("after")).code(), absl::StatusCode::kOk);
}

INSTANTIATE_TEST_SUITE_P(All,
                         BrokenDiskTest,
                         testing::Values(SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC));

TEST_F(EmbeddedStoreTest, DoesNotBeginOnAFullDisk) {
  vfs_.FailWrites(SQLITE_FULL);
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Message(Refusal()), AllOf(HasSubstr("cannot make the state database " + database_),
                                        HasSubstr("database or disk is full")));
  EXPECT_FALSE(fs::exists(database_));

  vfs_.FailWrites(SQLITE_OK);
  EXPECT_TRUE(Put(*Open(), Key("a")).ok());
}

TEST_F(EmbeddedStoreTest, BoundsWhatWaitsForADisk) {
  std::promise<void> hold;
  std::promise<void> held;
  const auto store = Open();
  store->PutTokenKey(Key("a"), [&](const absl::Status&) {
    held.set_value();
    hold.get_future().wait();  // as a disk that hangs
  });
  held.get_future().wait();
  for (std::size_t i = 0; i < kMaxWaitingChanges; ++i) {
    store->Claim({"k", std::to_string(i)}, kNow + seconds(60), kNow,
                 [](const absl::StatusOr<Claimed>& claimed) { EXPECT_TRUE(claimed.ok()); });
  }

  EXPECT_EQ(Put(*store, Key("more")).code(), absl::StatusCode::kResourceExhausted);

  hold.set_value();
}

TEST_F(EmbeddedStoreTest, TakesNothingBeforeItIsOpen) {
  const auto store = New();

  EXPECT_EQ(Put(*store, Key("a")).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Claim(*store, {"k", "t"}).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace porthole::state

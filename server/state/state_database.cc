#include "state/state_database.h"

#include "base/status.h"
#include "state/key_file.h"
#include "state/key_wrap.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace porthole::state {
namespace {

// Wrapped with every new key-encryption key: opens with no other.
constexpr std::string_view kProof = "this is the key";
constexpr std::string_view kProofName = "key-encryption key";

absl::Status Refused(const std::string& message) {
  return Error(absl::StatusCode::kFailedPrecondition, message);
}

std::string DatabasePath(const StatePlaces& places) {
  return places.directory + "/state.db";
}

absl::StatusOr<bool> Exists(const std::string& path) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) == 0) {
    return true;
  }
  return errno == ENOENT ? absl::StatusOr<bool>(false) : SystemError("cannot look at " + path);
}

// What holds for every connection. EXCLUSIVE, before the first access, also keeps the log's index
// in memory. A bound on the pages bounds the file: 1 GiB, twice what a million used tokens and
// 100,000 blocks need.
std::string Settings(const StatePlaces& places) {
  return "PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF;"
         "PRAGMA cell_size_check = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
         "PRAGMA journal_size_limit = 16777216; PRAGMA max_page_count = 262144;"
         "PRAGMA wal_autocheckpoint = " +
         std::to_string(places.checkpoint_pages) + ";";
}

// A new, whole database at `path`.
absl::Status Build(const std::string& path,
                   const StatePlaces& places,
                   std::span<const Migration> migrations,
                   const Secret& key,
                   WallTime now) {
  // The log takes its mode from the database's file.
  if (absl::Status made = MakeFile(path, ""); !made.ok()) {
    return made;
  }
  absl::StatusOr<Database> database = Database::Open(path, places.vfs);
  if (!database.ok()) {
    return database.status();
  }
  absl::Status ready = database->Run("PRAGMA synchronous = FULL; PRAGMA application_id = " +
                                     std::to_string(kApplicationId));
  if (ready.ok()) {
    ready = Migrate(*database, migrations);
  }
  if (!ready.ok()) {
    return ready;
  }
  const std::string proof = Wrap(key, kProofName, kProof);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  const std::string made = std::to_string(seconds.count());
  absl::StatusOr<Statement> put =
      database->Prepare("INSERT INTO fact (name, value) VALUES ('proof', ?1), ('made', ?2)");
  return put.ok() ? put->BindBlob(1, proof).BindBlob(2, made).Run() : put.status();
}

// Makes the database under another name first: what has its name is whole.
absl::Status MakeDatabase(const StatePlaces& places,
                          std::span<const Migration> migrations,
                          const Secret& key,
                          WallTime now) {
  const std::string path = DatabasePath(places);
  const std::string unfinished = path + ".new";
  for (const char* const suffix : {"", "-journal", "-wal"}) {
    ::unlink((unfinished + suffix).c_str());
  }
  if (const absl::Status built = Build(unfinished, places, migrations, key, now); !built.ok()) {
    return Annotate(built, "cannot make the state database " + path);
  }
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) {
    return SystemError("cannot name the state database " + path);
  }
  return SyncDirectory(places.directory);
}

absl::StatusOr<Secret> KeyForNew(const StatePlaces& places) {
  const std::string log = DatabasePath(places) + "-wal";
  const absl::StatusOr<bool> log_is_there = Exists(log);
  if (!log_is_there.ok()) {
    return log_is_there.status();
  }
  if (*log_is_there) {
    return Error(absl::StatusCode::kDataLoss,
                 "the state database " + DatabasePath(places) + " is gone, but its log " + log +
                     " is there: bring the database back, or move the log away to begin anew");
  }
  absl::StatusOr<std::optional<Secret>> key = ReadKeyFile(places.key_file);
  if (!key.ok()) {
    return key.status();
  }
  std::optional<Secret>& found = *key;
  return found.has_value() ? absl::StatusOr<Secret>(*std::move(found))
                           : MakeKeyFile(places.key_file);
}

absl::StatusOr<Secret> KeyForOld(const StatePlaces& places) {
  absl::StatusOr<std::optional<Secret>> key = ReadKeyFile(places.key_file);
  if (!key.ok()) {
    return key.status();
  }
  std::optional<Secret>& found = *key;
  if (!found.has_value()) {
    return Refused("the state database " + DatabasePath(places) +
                   " is there, but its key-encryption key " + places.key_file +
                   " is not: bring the key back, or move the database away to begin anew");
  }
  return *std::move(found);
}

absl::StatusOr<Secret> FindOrMake(const StatePlaces& places,
                                  std::span<const Migration> migrations,
                                  WallTime now) {
  const absl::StatusOr<bool> old = Exists(DatabasePath(places));
  if (!old.ok()) {
    return old.status();
  }
  absl::StatusOr<Secret> key = *old ? KeyForOld(places) : KeyForNew(places);
  if (!key.ok() || *old) {
    return key;
  }
  const absl::Status made = MakeDatabase(places, migrations, *key, now);
  return made.ok() ? std::move(key) : made;
}

absl::Status CheckWhole(Database& database) {
  absl::StatusOr<std::string> found = database.Text("PRAGMA quick_check(1)");
  if (!found.ok() || *found == "ok") {
    return found.status();
  }
  std::ranges::replace(*found, '\n', ' ');
  return Error(absl::StatusCode::kDataLoss, "it is damaged: " + *found);
}

absl::Status CheckKey(Database& database, const Secret& key, const StatePlaces& places) {
  const absl::StatusOr<std::string> proof =
      database.Text("SELECT value FROM fact WHERE name = 'proof'");
  if (!proof.ok()) {
    return proof.status();
  }
  const absl::StatusOr<Secret> opened = Unwrap(key, kProofName, *proof);
  if (opened.ok() && opened->Reveal() == kProof) {
    return absl::OkStatus();
  }
  return Refused("the key-encryption key " + places.key_file +
                 " is not the one that it was made with");
}

// Reads only, as long as something may be wrong.
absl::StatusOr<Database> OpenChecked(const StatePlaces& places,
                                     std::span<const Migration> migrations,
                                     const Secret& key) {
  const std::string path = DatabasePath(places);
  struct stat facts{};
  if (::stat(path.c_str(), &facts) == 0 && facts.st_size == 0) {
    return Error(absl::StatusCode::kDataLoss, "the file is empty");
  }
  absl::StatusOr<Database> database = Database::Open(path, places.vfs);
  if (!database.ok()) {
    return database.status();
  }
  absl::Status good = database->Run("PRAGMA locking_mode = EXCLUSIVE");
  const auto then = [&good](const auto& step) {
    if (good.ok()) {
      good = step();
    }
  };
  then([&] { return CheckSchema(*database, migrations); });
  then([&] { return CheckWhole(*database); });
  then([&] { return CheckKey(*database, key, places); });
  then([&] { return database->Run(Settings(places)); });
  then([&] { return Migrate(*database, migrations); });
  return good.ok() ? std::move(database) : good;
}

absl::StatusOr<WallTime> ReadMade(Database& database) {
  const absl::StatusOr<std::int64_t> seconds =
      database.Number("SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM fact WHERE name = 'made'");
  if (!seconds.ok()) {
    return seconds.status();
  }
  return WallTime(std::chrono::seconds(*seconds));
}

}  // namespace

absl::StatusOr<StateDatabase> OpenStateDatabase(const StatePlaces& places,
                                                std::span<const Migration> migrations,
                                                WallTime now) {
  if (absl::Status ready = EnsureDirectory(places.directory); !ready.ok()) {
    return ready;
  }
  absl::StatusOr<Descriptor> lock = LockDirectory(places.directory);
  if (!lock.ok()) {
    return lock.status();
  }
  absl::StatusOr<Secret> key = FindOrMake(places, migrations, now);
  if (!key.ok()) {
    return key.status();
  }
  const std::string context = "the state database " + DatabasePath(places);
  absl::StatusOr<Database> database = OpenChecked(places, migrations, *key);
  if (!database.ok()) {
    return Annotate(database.status(), context);
  }
  const absl::StatusOr<WallTime> made = ReadMade(*database);
  if (!made.ok()) {
    return Annotate(made.status(), context);
  }
  return StateDatabase{.lock = *std::move(lock),
                       .key = *std::move(key),
                       .database = *std::move(database),
                       .made = *made};
}

}  // namespace porthole::state

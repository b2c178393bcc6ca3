#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <sqlite3.h>
#include <string>
#include <vector>

namespace porthole {

// What becomes of writes that were not synced when the power goes: a disk may have done with each
// of their sectors as it liked.
enum class Unsynced : std::uint8_t { kLost, kKept, kSome };

// A disk under SQLite that can lose power and fail: a sqlite3_vfs over the system's. Files are
// real; of each that SQLite opens through it, it knows what was synced. Databases under it are used
// in exclusive locking mode. Thread-safe.
class FaultyVfs {
 public:
  // Registers itself with SQLite as `name`.
  explicit FaultyVfs(std::string name);
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;
  // No database may use it any more.
  ~FaultyVfs();

  const std::string& Name() const { return name_; }

  // How often a file was synced.
  int Syncs() const;
  // The power goes at the sync of this number, before it has done anything: from then on every
  // operation fails.
  void CutPowerAtSync(int number);
  bool PowerIsCut() const;
  // With no database open: makes the files what the disk would show at the next start, and lets it
  // work again. `seed` chooses among the ways of kSome.
  void RestorePower(Unsynced unsynced, std::uint32_t seed);

  // From now on every write answers with this code, such as SQLITE_FULL; SQLITE_OK ends that.
  void FailWrites(int code);
  void FailSyncs(int code);
  void FailReads(int code);

 private:
  // A write, or with no bytes a new length.
  struct Change {
    std::size_t offset = 0;
    std::optional<std::string> bytes;
  };
  struct File {
    std::optional<std::string> synced;  // nothing: it is not on the disk
    std::vector<Change> since;
  };
  struct Handle;

  static int Open(
      sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags, int* out_flags);
  static int Delete(sqlite3_vfs* vfs, const char* path, int sync_directory);
  static int Access(sqlite3_vfs* vfs, const char* path, int flags, int* result);
  static int FullPathname(sqlite3_vfs* vfs, const char* path, int size, char* full);
  static const sqlite3_io_methods& Methods();

  void Track(const std::string& path);
  int OnWrite(const std::string& path, Change change);
  int OnSync(const std::string& path);
  int OnRead() const;
  static void Apply(std::string& content, const Change& change);
  static void ApplySome(std::optional<std::string>& content,
                        const Change& change,
                        std::mt19937& random);

  const std::string name_;
  sqlite3_vfs* const system_;
  sqlite3_vfs vfs_;
  mutable std::mutex mutex_;
  std::map<std::string, File> files_;
  int syncs_ = 0;
  int cut_at_ = 0;
  bool cut_ = false;
  int write_code_ = SQLITE_OK;
  int sync_code_ = SQLITE_OK;
  int read_code_ = SQLITE_OK;
};

}  // namespace porthole

#pragma once

#include "base/clock.h"
#include "base/secret.h"
#include "state/files.h"
#include "state/schema.h"
#include "state/sqlite.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <span>
#include <string>

namespace porthole::state {

// Where the embedded store keeps what, and how.
struct StatePlaces {
  std::string directory;  // holds the database; made (0700) where it is not there
  std::string key_file;   // the key-encryption key (key_file.h)
  std::string vfs;        // the name of a registered sqlite3_vfs; empty: the system's
  // The log is copied into the database when it has grown to so many pages of 4 KiB.
  int checkpoint_pages = 1000;
};

// The state directory, held for this process, and its database, open and of the newest schema.
struct StateDatabase {
  Descriptor lock;
  Secret key;  // opens what the database holds
  Database database;
  WallTime made;  // when the database was new
};

// Opens the database of `places`, or makes it, and the key-encryption key with it, where there is
// none. Whatever it finds wrong, it changes nothing and says so in a sentence that names the file.
// Errors: FAILED_PRECONDITION another process uses the directory, the key is missing or another, a
// newer version made the database; DATA_LOSS the database is damaged, or only its log is there;
// UNAVAILABLE the system does not let us read and write there.
absl::StatusOr<StateDatabase> OpenStateDatabase(const StatePlaces& places,
                                                std::span<const Migration> migrations,
                                                WallTime now);

}  // namespace porthole::state

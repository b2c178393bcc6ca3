#pragma once

#include "base/clock.h"
#include "base/secret.h"
#include "state/block.h"
#include "state/sqlite.h"
#include "state/state_store.h"
#include "state/used_tokens.h"
#include "token/token_key.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace porthole::state {

// The rows of the embedded store. Every error but those named is one of SQLite (ToStatus): then the
// transaction is to be rolled back. Belongs to the database's thread.
class Tables {
 public:
  // `key` wraps the material of token keys. The database outlives the tables.
  static absl::StatusOr<Tables> Prepare(Database& database, Secret key);

  // What became of a change that the database could take.
  struct Verdict {
    absl::Status status;
  };

  // Writes `key`, unless it is there. Verdicts: OK, ALREADY_EXISTS, RESOURCE_EXHAUSTED.
  absl::StatusOr<Verdict> Put(const token::TokenKey& key);
  absl::Status DeleteTokenKey(const std::string& id);
  // Verdicts: OK, RESOURCE_EXHAUSTED. Makes room of blocks that expired before this one was made.
  absl::StatusOr<Verdict> Put(const Block& block);
  absl::Status DeleteBlock(const std::string& id);

  absl::Status PutUsed(const UsedTokens::Digest& digest, WallTime until);
  // Deletes at most `most` used tokens that may be forgotten at `now`.
  absl::Status Prune(WallTime now, std::size_t most);

  // Everything but used tokens. Errors: also DATA_LOSS where a row makes no sense.
  absl::StatusOr<Remembered> ReadAll();
  // Fills `used`. Errors: as ReadAll().
  absl::Status ReadUsed(UsedTokens& used);

  // Writes something, so that it shows whether that is possible.
  absl::Status Probe();
  // What was counted in a transaction that was rolled back does not count.
  void OnRollback() { block_count_.reset(); }

 private:
  Tables(Database& database, Secret key) : database_(&database), key_(std::move(key)) {}

  absl::StatusOr<token::TokenKey> KeyOfRow(const Statement& row) const;
  absl::StatusOr<bool> HasRoomFor(const token::TokenKey& key);
  absl::StatusOr<Verdict> Inserted(const token::TokenKey& key);
  absl::Status Write(const Block& block);
  absl::StatusOr<bool> Exists(const Block& block);
  absl::StatusOr<std::size_t> CountBlocks();
  absl::Status DeleteExpiredBlocks(WallTime now);

  Database* database_;
  Secret key_;
  // Filled by Prepare().
  Statement find_key_, put_key_, delete_key_;
  Statement find_block_, put_block_, delete_block_, expire_blocks_;
  Statement put_used_, prune_, probe_;
  std::optional<std::size_t> block_count_;
};

}  // namespace porthole::state

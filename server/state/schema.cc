#include "state/schema.h"

#include "base/status.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace porthole::state {
namespace {

// Times are nanoseconds since 1970. `kind` is a SelectorKind, `profile` a KeyProfile.
constexpr Migration kFirst = R"(
CREATE TABLE fact (
  name TEXT PRIMARY KEY NOT NULL,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE token_key (
  id TEXT PRIMARY KEY NOT NULL,
  profile INTEGER NOT NULL,
  wrapped BLOB NOT NULL,
  created INTEGER NOT NULL,
  not_after INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE block (
  id TEXT PRIMARY KEY NOT NULL,
  kind INTEGER NOT NULL,
  value TEXT NOT NULL,
  addresses TEXT NOT NULL,
  reason TEXT NOT NULL,
  creator TEXT NOT NULL,
  created INTEGER NOT NULL,
  until INTEGER NOT NULL,
  issued_until INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE used_token (
  digest BLOB PRIMARY KEY NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX used_token_until ON used_token (until);
)";

// What a key's profile has beside its material (state/key_rules.h).
constexpr Migration kRulesOfKeys = R"(
ALTER TABLE token_key ADD COLUMN rules TEXT NOT NULL DEFAULT '';
)";

constexpr std::array<Migration, 2> kMigrations = {kFirst, kRulesOfKeys};

std::string Step(std::size_t to, Migration sql) {
  return "BEGIN IMMEDIATE;" + std::string(sql) + "PRAGMA user_version = " + std::to_string(to) +
         ";COMMIT;";
}

}  // namespace

std::span<const Migration> Migrations() {
  return kMigrations;
}

absl::Status CheckSchema(Database& database, std::span<const Migration> migrations) {
  const absl::StatusOr<std::int64_t> application = database.Number("PRAGMA application_id");
  if (!application.ok()) {
    return application.status();
  }
  const absl::StatusOr<std::int64_t> schema = database.Number("PRAGMA user_version");
  if (!schema.ok()) {
    return schema.status();
  }
  if (*application != kApplicationId || *schema < 1) {
    return Error(absl::StatusCode::kDataLoss, "it is no state database of Porthole's");
  }
  if (*schema > static_cast<std::int64_t>(migrations.size())) {
    return Error(absl::StatusCode::kFailedPrecondition,
                 "a newer version of Porthole made it (schema " + std::to_string(*schema) +
                     "; this version knows up to " + std::to_string(migrations.size()) + ")");
  }
  return absl::OkStatus();
}

absl::Status Migrate(Database& database, std::span<const Migration> migrations) {
  const absl::StatusOr<std::int64_t> schema = database.Number("PRAGMA user_version");
  if (!schema.ok()) {
    return schema.status();
  }
  for (auto next = static_cast<std::size_t>(*schema); next < migrations.size(); ++next) {
    const absl::Status stepped = database.Run(Step(next + 1, migrations[next]));
    if (!stepped.ok()) {
      // Which may fail, too, where the error rolled back already.
      const absl::Status rolled_back = database.Run("ROLLBACK");
      return Annotate(stepped, "migrating to schema " + std::to_string(next + 1));
    }
  }
  return absl::OkStatus();
}

}  // namespace porthole::state

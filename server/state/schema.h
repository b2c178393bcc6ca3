#pragma once

#include "state/sqlite.h"

#include <absl/status/status.h>

#include <span>
#include <string_view>

namespace porthole::state {

// In the header of every database of ours, so that nobody else's is taken for one: "PHOL".
inline constexpr int kApplicationId = 0x50484F4C;

// The SQL that leads from one schema to the next: the first from an empty database to schema 1.
using Migration = std::string_view;

// All there are. What was released is never edited; changes are appended.
std::span<const Migration> Migrations();

// Whether `database` is one that this version knows: of ours, and of schema 1 to as many as there
// are `migrations`. Errors: FAILED_PRECONDITION a newer one; DATA_LOSS not ours; those of SQLite.
absl::Status CheckSchema(Database& database, std::span<const Migration> migrations);

// Brings `database` to the newest schema, each step whole or not at all. Errors: those of SQLite,
// naming the step.
absl::Status Migrate(Database& database, std::span<const Migration> migrations);

}  // namespace porthole::state

#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <string_view>

namespace porthole::state {

// One prepared statement of a Database, to be used again and again: Bind…, then Step or Run.
// Belongs to the database's thread and goes before it.
class Statement {
 public:
  // None yet: only to be assigned to.
  Statement() = default;
  Statement(sqlite3* database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}

  // Parameters count from 1. Texts and blobs are not copied: they live until the statement ran.
  Statement& Bind(int parameter, std::int64_t value);
  Statement& Bind(int parameter, std::optional<std::int64_t> value);
  Statement& BindText(int parameter, std::string_view text);
  Statement& BindBlob(int parameter, std::string_view bytes);

  // Goes to the next row; false when there is none, and then the statement is reset.
  // Errors: those of ToStatus(); the statement is reset.
  absl::StatusOr<bool> Step();
  // Steps to the end; for statements without rows.
  absl::Status Run();
  // Ends a statement whose rows are not all wanted.
  void Reset() { sqlite3_reset(statement_.get()); }

  // The row's columns, counted from 0.
  std::int64_t Number(int column) const;
  std::optional<std::int64_t> MaybeNumber(int column) const;
  std::string Text(int column) const;  // of a text or a blob

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  void Note(int code);

  sqlite3* database_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bind_error_ = SQLITE_OK;
};

// A connection to an SQLite database. One thread at a time.
class Database {
 public:
  // Opens the file at `path`, which must be there. `vfs`: the name of a registered sqlite3_vfs;
  // empty for the system's. Nothing is read yet: whether the file is a database shows later.
  static absl::StatusOr<Database> Open(const std::string& path, const std::string& vfs);

  // Runs statements whose rows nobody wants. Errors: those of ToStatus().
  absl::Status Run(const std::string& statements);
  // The first column of the first row of `query`. Errors: also NOT_FOUND, without a row.
  absl::StatusOr<std::int64_t> Number(const std::string& query);
  absl::StatusOr<std::string> Text(const std::string& query);

  absl::StatusOr<Statement> Prepare(const std::string& statement);
  // How many rows the last statement changed.
  std::int64_t Changes() const { return sqlite3_changes64(handle_.get()); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };

  explicit Database(sqlite3* handle) : handle_(handle) {}

  std::unique_ptr<sqlite3, Close> handle_;
};

// What SQLite's result code means. UNAVAILABLE: the disk is full, fails, or does not let us;
// DATA_LOSS: the file is damaged or no database; INTERNAL: anything else. The message is SQLite's
// with the code; it never holds a bound value.
absl::Status ToStatus(sqlite3* database, int code);

}  // namespace porthole::state

#include "state/sqlite.h"

#include "base/status.h"

#include <utility>

namespace porthole::state {
namespace {

constexpr int kPrimaryCode = 0xFF;  // the rest of a code says more closely what happened

absl::StatusCode CodeOf(int code) {
  switch (code & kPrimaryCode) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
      return absl::StatusCode::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    default:
      return absl::StatusCode::kInternal;
  }
}

// SQLite's message belongs to the last call; where another went between, the code's own serves.
std::string Words(sqlite3* database, int code) {
  const bool last = database != nullptr && sqlite3_extended_errcode(database) == code;
  return last ? sqlite3_errmsg(database) : sqlite3_errstr(code);
}

}  // namespace

absl::Status ToStatus(sqlite3* database, int code) {
  return Error(CodeOf(code), Words(database, code) + " (SQLite code " + std::to_string(code) + ")");
}

Statement& Statement::Bind(int parameter, std::int64_t value) {
  Note(sqlite3_bind_int64(statement_.get(), parameter, value));
  return *this;
}

Statement& Statement::Bind(int parameter, std::optional<std::int64_t> value) {
  Note(value.has_value() ? sqlite3_bind_int64(statement_.get(), parameter, *value)
                         : sqlite3_bind_null(statement_.get(), parameter));
  return *this;
}

// A null destructor (SQLITE_STATIC) leaves the text where it is.
Statement& Statement::BindText(int parameter, std::string_view text) {
  const char* const begin = text.data() == nullptr ? "" : text.data();
  Note(sqlite3_bind_text64(statement_.get(), parameter, begin, text.size(), nullptr, SQLITE_UTF8));
  return *this;
}

Statement& Statement::BindBlob(int parameter, std::string_view bytes) {
  const char* const begin = bytes.data() == nullptr ? "" : bytes.data();
  Note(sqlite3_bind_blob64(statement_.get(), parameter, begin, bytes.size(), nullptr));
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  const int bound = std::exchange(bind_error_, SQLITE_OK);
  const int code = bound == SQLITE_OK ? sqlite3_step(statement_.get()) : bound;
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    Reset();
    return false;
  }
  absl::Status failed = ToStatus(database_, code);
  Reset();
  return failed;
}

absl::Status Statement::Run() {
  for (;;) {
    const absl::StatusOr<bool> row = Step();
    if (!row.ok()) {
      return row.status();
    }
    if (!*row) {
      return absl::OkStatus();
    }
  }
}

std::int64_t Statement::Number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::optional<std::int64_t> Statement::MaybeNumber(int column) const {
  const bool null = sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  return null ? std::nullopt : std::optional(Number(column));
}

std::string Statement::Text(int column) const {
  const auto* const bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

void Statement::Note(int code) {
  if (bind_error_ == SQLITE_OK) {
    bind_error_ = code;
  }
}

absl::StatusOr<Database> Database::Open(const std::string& path, const std::string& vfs) {
  // One thread at a time uses it: no mutex of SQLite's.
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, kFlags, vfs.empty() ? nullptr : vfs.c_str());
  Database database(handle);
  if (code != SQLITE_OK) {
    return ToStatus(handle, code);
  }
  return database;
}

absl::Status Database::Run(const std::string& statements) {
  const int code = sqlite3_exec(handle_.get(), statements.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : ToStatus(handle_.get(), code);
}

absl::StatusOr<std::int64_t> Database::Number(const std::string& query) {
  absl::StatusOr<Statement> statement = Prepare(query);
  if (!statement.ok()) {
    return statement.status();
  }
  const absl::StatusOr<bool> row = statement->Step();
  if (!row.ok()) {
    return row.status();
  }
  return *row ? absl::StatusOr<std::int64_t>(statement->Number(0))
              : Error(absl::StatusCode::kNotFound, "no row");
}

absl::StatusOr<std::string> Database::Text(const std::string& query) {
  absl::StatusOr<Statement> statement = Prepare(query);
  if (!statement.ok()) {
    return statement.status();
  }
  const absl::StatusOr<bool> row = statement->Step();
  if (!row.ok()) {
    return row.status();
  }
  return *row ? absl::StatusOr<std::string>(statement->Text(0))
              : Error(absl::StatusCode::kNotFound, "no row");
}

absl::StatusOr<Statement> Database::Prepare(const std::string& statement) {
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), statement.c_str(), -1,
                                      SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK) {
    return ToStatus(handle_.get(), code);
  }
  return Statement(handle_.get(), prepared);
}

}  // namespace porthole::state

#pragma once

#include "base/clock.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace porthole::telemetry {

class JsonFields;
class LogWriter;

enum class Level : std::uint8_t { kDebug, kInfo, kWarning, kError };

// What a log field holds. Made from anything a caller has at hand; a text is not copied, so it must
// live until the call that takes it returns.
class Value {
 public:
  using Held = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  // NOLINTBEGIN(google-explicit-constructor): {"port", 80} is the point.
  Value(std::string_view text) : held_(text) {}
  Value(const std::string& text) : held_(std::string_view(text)) {}
  Value(const char* text) : held_(std::string_view(text)) {}
  Value(bool value) : held_(value) {}
  Value(int value) : held_(std::int64_t{value}) {}
  Value(long value) : held_(std::int64_t{value}) {}
  Value(long long value) : held_(static_cast<std::int64_t>(value)) {}
  Value(unsigned value) : held_(std::uint64_t{value}) {}
  Value(unsigned long value) : held_(std::uint64_t{value}) {}
  Value(unsigned long long value) : held_(static_cast<std::uint64_t>(value)) {}
  Value(double value) : held_(value) {}
  // NOLINTEND(google-explicit-constructor)

  const Held& Get() const { return held_; }

 private:
  Held held_;
};

// One member of a log line. The key is ours, in snake_case, and none of "time", "level", "event".
struct Field {
  std::string_view key;
  Value value;
};

// The longest text of one field, in bytes; what is longer is cut at a character border and ends in
// "…".
inline constexpr std::size_t kMaxValueBytes = 4096;

// Writes the log: one JSON object a line, e.g.
//   {"time":"2026-11-22T10:00:00.123Z","level":"info","event":"listening","what":"public"}
// Texts may come from anywhere: they are escaped, and bytes that are not UTF-8 become U+FFFD; they
// cannot end a line or forge a member. A number that JSON cannot hold becomes null. `main` makes
// one and passes it on; the clock must outlive it. Thread-safe.
class Logger {
 public:
  // Writes lines of `least` and above to standard error, soon (LogWriter).
  Logger(Level least, const Clock& clock);
  // Writes to `out`, at once; it must outlive the logger.
  Logger(Level least, const Clock& clock, std::ostream& out);
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;
  ~Logger();

  void Log(Level level, std::string_view event, std::initializer_list<Field> fields = {});
  void Log(Level level, std::string_view event, std::span<const Field> fields);
  void Log(Level level, std::string_view event, const JsonFields& fields);

  // Whether lines of `level` are written, for a caller whose fields cost something to make.
  bool Writes(Level level) const { return level >= least_.load(std::memory_order_relaxed); }
  void SetLevel(Level least) { least_.store(least, std::memory_order_relaxed); }

 private:
  std::atomic<Level> least_;
  const Clock& clock_;
  const std::unique_ptr<LogWriter> writer_;  // null: out_
  std::ostream* const out_ = nullptr;
  std::mutex mutex_;  // guards what is written to out_
};

// "debug", "info", "warning" or "error".
std::string_view Name(Level level);

}  // namespace porthole::telemetry

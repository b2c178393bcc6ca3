#include "telemetry/log.h"

#include "telemetry/json_line.h"
#include "telemetry/log_writer.h"

#include <array>
#include <ostream>

namespace porthole::telemetry {

std::string_view Name(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      break;
  }
  return "error";
}

Logger::Logger(Level least, const Clock& clock)
    : least_(least),
      clock_(clock),
      writer_(std::make_unique<LogWriter>(LineFile::StandardError(), [&clock](std::uint64_t lost) {
        const std::array<Field, 3> fields = {
            {{"level", Name(Level::kWarning)}, {"event", "log_lines_lost"}, {"count", lost}}};
        return JsonLine(clock.Wall(), fields, JsonFields({}));
      })) {}

Logger::Logger(Level least, const Clock& clock, std::ostream& out)
    : least_(least), clock_(clock), out_(&out) {}

Logger::~Logger() = default;

void Logger::Log(Level level, std::string_view event, std::initializer_list<Field> fields) {
  Log(level, event, std::span(fields.begin(), fields.size()));
}

void Logger::Log(Level level, std::string_view event, std::span<const Field> fields) {
  if (Writes(level)) {
    Log(level, event, JsonFields(fields));
  }
}

void Logger::Log(Level level, std::string_view event, const JsonFields& fields) {
  if (!Writes(level)) {
    return;
  }
  const std::array<Field, 2> head = {{{"level", Name(level)}, {"event", event}}};
  const std::string line = JsonLine(clock_.Wall(), head, fields);
  if (writer_ != nullptr) {
    writer_->Write(line);
    return;
  }
  const std::lock_guard lock(mutex_);
  (*out_ << line << '\n').flush();
}

}  // namespace porthole::telemetry

#include "telemetry/log.h"

#include "telemetry/json_line.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <ostream>
#include <utility>

namespace porthole::telemetry {
namespace {

// A logger of spdlog's that passes whole lines on as they are; what to write was decided before.
std::unique_ptr<spdlog::logger> MakeLines(spdlog::sink_ptr sink) {
  auto lines = std::make_unique<spdlog::logger>("porthole", std::move(sink));
  lines->set_level(spdlog::level::trace);
  lines->flush_on(spdlog::level::trace);
  lines->set_formatter(
      std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc, "\n"));
  return lines;
}

}  // namespace

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
      lines_(MakeLines(std::make_shared<spdlog::sinks::stderr_sink_mt>())) {}

Logger::Logger(Level least, const Clock& clock, std::ostream& out)
    : least_(least),
      clock_(clock),
      lines_(MakeLines(std::make_shared<spdlog::sinks::ostream_sink_mt>(out))) {}

Logger::~Logger() = default;

void Logger::Log(Level level, std::string_view event, std::initializer_list<Field> fields) {
  Log(level, event, std::span(fields.begin(), fields.size()));
}

void Logger::Log(Level level, std::string_view event, std::span<const Field> fields) {
  if (!Writes(level)) {
    return;
  }
  const std::array<Field, 2> head = {{{"level", Name(level)}, {"event", event}}};
  const std::string line = JsonLine(clock_.Wall(), head, fields);
  // The level given here is only spdlog's; the line has its own.
  lines_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace porthole::telemetry

#include "telemetry/log.h"

#include "telemetry/json_text.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>
#include <cmath>
#include <iterator>
#include <ostream>
#include <type_traits>
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

void AppendValue(std::string& out, const Value& value) {
  const auto append = [&out](const auto& held) {
    using Held = std::decay_t<decltype(held)>;
    if constexpr (std::is_same_v<Held, std::string_view>) {
      AppendJsonString(out, held, kMaxValueBytes);
    } else if constexpr (std::is_same_v<Held, double>) {
      // JSON has no infinities and no NaN (RFC 8259, section 6).
      out += std::isfinite(held) ? fmt::format("{}", held) : "null";
    } else {
      fmt::format_to(std::back_inserter(out), "{}", held);
    }
  };
  std::visit(append, value.Get());
}

void AppendTime(std::string& out, WallTime time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::milliseconds>(time - days));
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(),
                 clock.seconds().count(), clock.subseconds().count());
}

void AppendField(std::string& out, const Field& field) {
  out += ',';
  AppendJsonString(out, field.key, kMaxValueBytes);
  out += ':';
  AppendValue(out, field.value);
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
  std::string line = "{\"time\":\"";
  AppendTime(line, clock_.Wall());
  line += "\",\"level\":\"";
  line += Name(level);
  line += "\",\"event\":";
  AppendJsonString(line, event, kMaxValueBytes);
  for (const Field& field : fields) {
    AppendField(line, field);
  }
  line += '}';
  // The level given here is only spdlog's; the line has its own.
  lines_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace porthole::telemetry

#include "telemetry/json_line.h"

#include "telemetry/json_text.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <type_traits>
#include <variant>

namespace porthole::telemetry {
namespace {

constexpr std::size_t kUsualBytes = 128;

void AppendTime(std::string& out, WallTime time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::milliseconds>(time - days));
  fmt::format_to(std::back_inserter(out),
                 FMT_COMPILE("\"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z\""),
                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(),
                 clock.seconds().count(), clock.subseconds().count());
}

void AppendValue(std::string& out, const Value& value) {
  const auto append = [&out](const auto& held) {
    using Held = std::decay_t<decltype(held)>;
    if constexpr (std::is_same_v<Held, std::string_view>) {
      AppendJsonString(out, held, kMaxValueBytes);
    } else if constexpr (std::is_same_v<Held, double>) {
      // JSON has no infinities and no NaN (RFC 8259, section 6).
      out += std::isfinite(held) ? fmt::format("{}", held) : "null";
    } else if constexpr (std::is_same_v<Held, bool>) {
      out += held ? "true" : "false";
    } else {
      const fmt::format_int digits(held);
      out.append(digits.data(), digits.size());
    }
  };
  std::visit(append, value.Get());
}

void AppendFields(std::string& out, std::span<const Field> fields) {
  for (const Field& field : fields) {
    out += ',';
    AppendJsonString(out, field.key, kMaxValueBytes);
    out += ':';
    AppendValue(out, field.value);
  }
}

}  // namespace

JsonFields::JsonFields(std::span<const Field> fields) {
  text_.reserve(kUsualBytes);
  AppendFields(text_, fields);
}

std::string JsonLine(WallTime time, std::span<const Field> head, const JsonFields& fields) {
  std::string line;
  line.reserve(kUsualBytes + fields.Text().size());
  line += R"({"time":)";
  AppendTime(line, time);
  AppendFields(line, head);
  line.append(fields.Text()).push_back('}');
  return line;
}

}  // namespace porthole::telemetry

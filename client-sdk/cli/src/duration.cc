#include "duration.h"

#include "context.h"

#include <google/protobuf/util/time_util.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <memory>

namespace porthole::cli {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

// The longest names first: "ms" also ends in "s".
constexpr std::array<Unit, 5> kUnits = {{
    {"ms", 1},
    {"s", 1000},
    {"m", 60 * 1000},
    {"h", 60 * 60 * 1000},
    {"d", 24 * 60 * 60 * 1000},
}};

constexpr std::size_t kMaxDigits = 9;

}  // namespace

absl::StatusOr<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits != std::string_view::npos && digits > 0 && digits <= kMaxDigits) {
    std::int64_t count = 0;
    const char* const begin = std::to_address(text.begin());
    std::from_chars(begin, begin + digits, count);
    for (const Unit& unit : kUnits) {
      if (text.substr(digits) == unit.name) {
        return std::chrono::milliseconds(count * unit.milliseconds);
      }
    }
  }
  return absl::InvalidArgumentError("\"" + std::string(text) +
                                    "\" is not a time such as 500ms, 30s, 10m, 8h or 7d");
}

absl::StatusOr<google::protobuf::Duration> ReadDuration(const std::string& option,
                                                        const std::string& text) {
  const absl::StatusOr<std::chrono::milliseconds> time = ParseDuration(text);
  if (!time.ok()) {
    return WrongUsage(option + ": " + std::string(time.status().message()));
  }
  return google::protobuf::util::TimeUtil::MillisecondsToDuration(time->count());
}

std::string ShowDuration(std::chrono::seconds duration) {
  std::int64_t rest = duration.count() < 0 ? 0 : duration.count();
  std::string text;
  int shown = 0;
  for (std::size_t i = kUnits.size(); i-- > 1 && shown < 2;) {
    const std::int64_t unit = kUnits.at(i).milliseconds / 1000;
    if (rest >= unit) {
      text += std::to_string(rest / unit) + std::string(kUnits.at(i).name);
      rest %= unit;
      ++shown;
    } else if (shown > 0) {
      break;
    }
  }
  return text.empty() ? "0s" : text;
}

}  // namespace porthole::cli

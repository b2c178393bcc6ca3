#include "config/scalar_text.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <limits>
#include <memory>
#include <system_error>
#include <utility>

namespace porthole::config {

std::optional<std::uint32_t> ParseCount(std::string_view text) {
  std::uint32_t count = 0;
  const char* const end = std::to_address(text.end());
  const auto [stop, error] = std::from_chars(std::to_address(text.begin()), end, count);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (error == std::errc::invalid_argument || stop != end || leading_zero) {
    return std::nullopt;
  }
  return error == std::errc() ? count : std::numeric_limits<std::uint32_t>::max();
}

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kUnits = {
      {{"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 60 * 60 * 1000}}};
  constexpr std::size_t kMaxDigits = 9;

  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits > kMaxDigits) {  // npos, too: no unit
    return std::nullopt;
  }
  const std::optional<std::uint32_t> count = ParseCount(text.substr(0, digits));
  if (!count.has_value()) {
    return std::nullopt;
  }
  for (const auto& [unit, milliseconds] : kUnits) {
    if (text.substr(digits) == unit) {
      return std::chrono::milliseconds(*count * milliseconds);
    }
  }
  return std::nullopt;
}

}  // namespace porthole::config

#include "token/members.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>

namespace porthole::token {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMaxSeconds = 315'360'000;  // 10 years
constexpr std::int64_t kMaxDate = 8'589'934'591;   // 2^33 − 1; what WallTime holds ends in 2262
constexpr std::size_t kMaxNamedMemberBytes = 32;   // of a member name in a fault

std::string_view View(const json::string& text) {
  return {text.data(), text.size()};
}

bool IsIn(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

std::size_t CodePointBytes(unsigned char lead) {
  if (lead < 0x80) {
    return 1;
  }
  if (lead < 0xE0) {
    return 2;
  }
  return lead < 0xF0 ? 3 : 4;
}

// The next code point of valid UTF-8, which is taken from the front of `text`.
char32_t TakeCodePoint(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = CodePointBytes(lead);
  char32_t point = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length && i < text.size(); ++i) {
    point = (point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(std::min(length, text.size()));
  return point;
}

bool IsPlain(char32_t point) {
  const bool control = point < 0x20 || (point >= 0x7F && point < 0xA0);
  const bool separator = point == 0x2028 || point == 0x2029;
  const bool turns = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
  return !control && !separator && !turns;
}

std::optional<std::int64_t> WholeNumber(const json::value& value) {
  if (const std::int64_t* const number = value.if_int64()) {
    return *number;
  }
  return std::nullopt;  // what is larger than an int64 is larger than any bound here
}

std::optional<std::int64_t> NumericDate(const json::value& value) {
  if (const double* const number = value.if_double()) {
    const bool fits = *number >= 0 && *number <= static_cast<double>(kMaxDate);
    return fits ? std::optional(static_cast<std::int64_t>(std::floor(*number))) : std::nullopt;
  }
  const std::optional<std::int64_t> number = WholeNumber(value);
  return number.has_value() && *number >= 0 && *number <= kMaxDate ? number : std::nullopt;
}

}  // namespace

bool IsPlainText(std::string_view text) {
  while (!text.empty()) {
    if (!IsPlain(TakeCodePoint(text))) {
      return false;
    }
  }
  return true;
}

const json::value* Members::Find(std::string_view name) const {
  return object_.if_contains({name.data(), name.size()});
}

bool Members::Has(std::string_view name) const {
  return Find(name) != nullptr;
}

void Members::Fail(std::string_view name, std::string_view why) const {
  if (fault_.empty()) {
    fault_ = path_ + std::string(name) + " " + std::string(why);
  }
}

std::string Members::Text(std::string_view name, const json::value& value, std::size_t max) const {
  const json::string* const text = value.if_string();
  if (text == nullptr) {
    Fail(name, "must be a string");
    return {};
  }
  if (text->size() > max) {
    Fail(name, "is longer than " + std::to_string(max) + " bytes");
    return {};
  }
  if (!IsPlainText(View(*text))) {
    Fail(name, "holds a control character");
    return {};
  }
  return std::string(View(*text));
}

std::string Members::RequiredText(std::string_view name, std::size_t max_bytes) const {
  const json::value* const value = Find(name);
  if (value == nullptr) {
    Fail(name, "is missing");
    return {};
  }
  std::string text = Text(name, *value, max_bytes);
  if (text.empty()) {
    Fail(name, "is empty");
  }
  return text;
}

std::string Members::OptionalText(std::string_view name, std::size_t max_bytes) const {
  const json::value* const value = Find(name);
  return value == nullptr ? std::string() : Text(name, *value, max_bytes);
}

std::string Members::OptionalSecret(std::string_view name, std::size_t max_bytes) const {
  const json::value* const value = Find(name);
  if (value == nullptr) {
    return {};
  }
  const json::string* const text = value->if_string();
  if (text == nullptr || text->size() > max_bytes ||
      View(*text).find('\0') != std::string_view::npos) {
    Fail(name, "must be a string of at most " + std::to_string(max_bytes) + " bytes without NUL");
    return {};
  }
  return std::string(View(*text));
}

std::optional<std::size_t> Members::OptionalName(
    std::string_view name, std::initializer_list<std::string_view> names) const {
  const json::value* const value = Find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  const json::string* const text = value->if_string();
  const auto* const found = text == nullptr ? names.end() : std::ranges::find(names, View(*text));
  if (found == names.end()) {
    std::string known;
    for (const std::string_view one : names) {
      known += known.empty() ? "" : ", ";
      known += one;
    }
    Fail(name, "must be one of " + known);
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - names.begin());
}

std::optional<bool> Members::OptionalBool(std::string_view name) const {
  const json::value* const value = Find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  const bool* const truth = value->if_bool();
  if (truth == nullptr) {
    Fail(name, "must be true or false");
    return std::nullopt;
  }
  return *truth;
}

std::optional<std::int64_t> Members::OptionalInteger(std::string_view name) const {
  const json::value* const value = Find(name);
  const std::optional<std::int64_t> number = value == nullptr ? std::nullopt : WholeNumber(*value);
  if (value != nullptr && !number.has_value()) {
    Fail(name, "must be a whole number");
  }
  return number;
}

std::optional<std::chrono::seconds> Members::OptionalSeconds(std::string_view name) const {
  const json::value* const value = Find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  const std::optional<std::int64_t> number = WholeNumber(*value);
  if (!number.has_value() || *number < 0 || *number > kMaxSeconds) {
    Fail(name, "must be a whole number of seconds from 0 to 315360000");
    return std::nullopt;
  }
  return std::chrono::seconds(*number);
}

std::optional<std::chrono::sys_seconds> Members::OptionalDate(std::string_view name) const {
  const json::value* const value = Find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  const std::optional<std::int64_t> number = NumericDate(*value);
  if (!number.has_value()) {
    Fail(name, "must be seconds since 1970, as a number");
    return std::nullopt;
  }
  return std::chrono::sys_seconds(std::chrono::seconds(*number));
}

std::chrono::sys_seconds Members::RequiredDate(std::string_view name) const {
  if (!Has(name)) {
    Fail(name, "is missing");
  }
  return OptionalDate(name).value_or(std::chrono::sys_seconds{});
}

std::vector<std::string> Members::OptionalTexts(std::string_view name,
                                                std::size_t max_count,
                                                std::size_t max_bytes) const {
  const json::value* const value = Find(name);
  if (value == nullptr) {
    return {};
  }
  const json::array* const list = value->if_array();
  if (list == nullptr || list->empty() || list->size() > max_count) {
    Fail(name, "must be a list of 1 to " + std::to_string(max_count) + " strings");
    return {};
  }
  std::vector<std::string> texts;
  texts.reserve(list->size());
  for (const json::value& one : *list) {
    texts.push_back(Text(name, one, max_bytes));
  }
  return texts;
}

const json::object* Members::OptionalObject(std::string_view name) const {
  const json::value* const value = Find(name);
  if (value != nullptr && value->if_object() == nullptr) {
    Fail(name, "must be an object");
  }
  return value == nullptr ? nullptr : value->if_object();
}

void Members::AllowOnly(std::initializer_list<std::string_view> names) const {
  for (const json::key_value_pair& member : object_) {
    const std::string_view name(member.key().data(), member.key().size());
    if (!IsIn(name, names)) {
      const bool shown = name.size() <= kMaxNamedMemberBytes && IsPlainText(name);
      Fail(shown ? name : "…", "is not a member that is known here");
    }
  }
}

}  // namespace porthole::token

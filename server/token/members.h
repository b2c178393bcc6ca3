#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::token {

// What was wrong first with a payload; empty while nothing is. Names members, never their values.
using Fault = std::string;

// Whether `text` (valid UTF-8) may be shown to people and written to logs: no control characters
// (C0, DEL, C1), no line or paragraph separators, no marks that turn the direction of what follows.
bool IsPlainText(std::string_view text);

// Reads the members of one JSON object, each typed and bounded. The first thing that is wrong is
// put into the fault, with the member's path; what is read after that means nothing.
class Members {
 public:
  // `path` is "console." for the members of `console`, empty at the top. All three outlive it.
  Members(const boost::json::object& object, std::string path, Fault& fault)
      : object_(object), path_(std::move(path)), fault_(fault) {}

  bool Has(std::string_view name) const;

  // A plain text of at most `max_bytes`; a required one must be there and not be empty.
  std::string RequiredText(std::string_view name, std::size_t max_bytes) const;
  std::string OptionalText(std::string_view name, std::size_t max_bytes) const;
  // Any text without a NUL.
  std::string OptionalSecret(std::string_view name, std::size_t max_bytes) const;
  // One of `names`; the index of which.
  std::optional<std::size_t> OptionalName(std::string_view name,
                                          std::initializer_list<std::string_view> names) const;
  std::optional<bool> OptionalBool(std::string_view name) const;
  std::optional<std::int64_t> OptionalInteger(std::string_view name) const;
  // A whole number of seconds, not negative, at most 10 years.
  std::optional<std::chrono::seconds> OptionalSeconds(std::string_view name) const;
  // A NumericDate (RFC 7519, section 2), fractions of a second dropped; from 1970 to 2242.
  std::optional<std::chrono::sys_seconds> OptionalDate(std::string_view name) const;
  std::chrono::sys_seconds RequiredDate(std::string_view name) const;
  // One to `max_count` plain texts of at most `max_bytes`.
  std::vector<std::string> OptionalTexts(std::string_view name,
                                         std::size_t max_count,
                                         std::size_t max_bytes) const;
  // Null when it is not there.
  const boost::json::object* OptionalObject(std::string_view name) const;

  // A fault unless every member is one of `names`.
  void AllowOnly(std::initializer_list<std::string_view> names) const;

  // Notes that `name` is wrong: "console.target must be …".
  void Fail(std::string_view name, std::string_view why) const;

 private:
  const boost::json::value* Find(std::string_view name) const;
  std::string Text(std::string_view name, const boost::json::value& value, std::size_t max) const;

  const boost::json::object& object_;
  const std::string path_;
  Fault& fault_;
};

}  // namespace porthole::token

#pragma once

#include <absl/status/statusor.h>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string_view>

namespace porthole::token {

inline constexpr std::size_t kMaxJsonDepth = 16;

// Reads one JSON text (RFC 8259) of valid UTF-8, nothing after it but white space. A member name
// that occurs twice in one object is refused at any depth: Boost.JSON itself keeps the last one
// silently, and two readers of one token must not understand it differently. The value's memory is
// wiped when it is freed: it may hold a password.
// Errors: INVALID_ARGUMENT saying what is wrong; never holds a part of the text.
absl::StatusOr<boost::json::value> ParseJson(std::string_view text);

// The same of a text that must be an object. Errors: as ParseJson(); INVALID_ARGUMENT it is another
// value.
absl::StatusOr<boost::json::object> ParseJsonObject(std::string_view text);

}  // namespace porthole::token

#pragma once

#include <string_view>

namespace porthole::client::internal {

// Whether `text` is well-formed UTF-8 (RFC 3629).
bool IsUtf8(std::string_view text);

// Whether `text` can name a token key: 1 to 64 of A-Z a-z 0-9 . _ -
bool IsKeyId(std::string_view text);

// `text` without the white space around it.
std::string_view Trim(std::string_view text);

}  // namespace porthole::client::internal

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace porthole::telemetry {

// Appends `text` to `out` as a JSON string (RFC 8259, section 7) that is safe on a line of its own:
// control characters are escaped, and every byte that is not part of well-formed UTF-8 (RFC 3629)
// becomes U+FFFD. More than `max_bytes` of `text` are cut at a character border and end in "…".
void AppendJsonString(std::string& out, std::string_view text, std::size_t max_bytes);

}  // namespace porthole::telemetry

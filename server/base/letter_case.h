#pragma once

#include <string>
#include <string_view>

namespace porthole {

// `text` with ASCII's upper-case letters made lower-case; all other bytes as they are.
std::string LowerCase(std::string_view text);

// Whether both are the same but for the case of ASCII's letters, as names of headers are compared
// (RFC 9110, section 5.1).
bool SameIgnoringCase(std::string_view a, std::string_view b);

}  // namespace porthole

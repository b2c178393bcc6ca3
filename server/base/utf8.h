#pragma once

#include <cstddef>
#include <string_view>

namespace porthole {

// The length in bytes of the well-formed UTF-8 character (RFC 3629) that `text` begins with; 0 when
// it begins with none, or is empty.
std::size_t Utf8CharacterLength(std::string_view text);

}  // namespace porthole

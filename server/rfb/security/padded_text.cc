#include "rfb/security/padded_text.h"

#include <algorithm>

namespace porthole::rfb {

bool PutText(std::string_view text, std::span<std::uint8_t> field) {
  if (text.size() >= field.size() || text.find('\0') != std::string_view::npos) {
    return false;
  }
  std::ranges::copy(text, field.begin());
  field[text.size()] = 0;
  return true;
}

}  // namespace porthole::rfb

#include "config/yaml_text.h"

#include "base/utf8.h"
#include "config/yaml_tree.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace porthole::config {

bool IsReadableText(std::string_view text, Problems& problems) {
  if (text.size() > kMaxFileBytes) {
    problems.AddAt(0, "", "larger than 1 MiB; this is no configuration file");
    return false;
  }
  int line = 1;
  bool line_begins = true;
  while (!text.empty()) {
    const std::size_t length = Utf8CharacterLength(text);
    const auto code = static_cast<std::uint8_t>(text.front());
    const bool blank = code == '\n' || code == '\r' || code == '\t';
    if (length == 0) {
      problems.AddAt(line, "", "not UTF-8 text");
      return false;
    }
    if ((code < 0x20 && !blank) || code == 0x7F) {
      problems.AddAt(line, "", "a control character (byte " + std::to_string(code) + ")");
      return false;
    }
    // yaml-cpp ignores directives that it does not know, and all that follows them on the line.
    if (code == '%' && line_begins) {
      problems.AddAt(line, "", "directives (%NAME) are not understood here");
      return false;
    }
    line_begins = code == '\n' || code == '\r';
    line += code == '\n' ? 1 : 0;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace porthole::config

#include "base/letter_case.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/string_view.h>

namespace porthole {
namespace {

// Debian's abseil has a string_view of its own.
absl::string_view View(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

std::string LowerCase(std::string_view text) {
  return absl::AsciiStrToLower(View(text));
}

bool SameIgnoringCase(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(View(a), View(b));
}

}  // namespace porthole

#include "base/selector.h"

#include <array>
#include <cstddef>

namespace porthole {

bool Selector::Matches(const SessionNames& names) const {
  switch (kind) {
    case SelectorKind::kSession:
      return value == names.session_id;
    case SelectorKind::kConsole:
      return value == names.console_id;
    case SelectorKind::kSubject:
      return value == names.subject;
    case SelectorKind::kKey:
      return value == names.key_id;
    case SelectorKind::kToken:
      return value == names.token_id;
    case SelectorKind::kClientAddress:
      return addresses.Contains(names.client_address);
    case SelectorKind::kAll:
      return true;
  }
  return false;
}

std::string_view Name(SelectorKind kind) {
  constexpr std::array<std::string_view, kSelectorKindCount> kNames = {
      "session", "console", "subject", "key", "token", "client_address", "all"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string ToString(const Selector& selector) {
  std::string text(Name(selector.kind));
  if (selector.kind == SelectorKind::kAll) {
    return text;
  }
  if (selector.kind == SelectorKind::kClientAddress) {
    return text + " " + selector.addresses.ToString();
  }
  return text + " \"" + selector.value + "\"";
}

}  // namespace porthole

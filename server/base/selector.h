#pragma once

#include "base/clock.h"
#include "base/ip_address.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace porthole {

enum class SelectorKind : std::uint8_t {
  kSession,
  kConsole,
  kSubject,
  kKey,
  kToken,
  kClientAddress,
  kAll,
};
inline constexpr int kSelectorKindCount = static_cast<int>(SelectorKind::kAll) + 1;

// Every name that a session has, and so every way to select it.
struct SessionNames {
  std::string session_id;
  std::string console_id;
  std::string subject;
  std::string key_id;
  std::string token_id;
  IpAddress client_address;
  WallTime token_issued_at;
};

// One way of saying "those sessions": to end them, or to refuse them for a while.
struct Selector {
  SelectorKind kind = SelectorKind::kSession;
  std::string value;   // compared exactly; unused for kClientAddress and kAll
  IpPrefix addresses;  // for kClientAddress

  bool Matches(const SessionNames& names) const;

  friend bool operator==(const Selector&, const Selector&) = default;
};

// "console", "client_address", …
std::string_view Name(SelectorKind kind);

// For the log and the audit: `console "5b1f…"`, `client_address 192.0.2.0/24`, `all`.
std::string ToString(const Selector& selector);

}  // namespace porthole

#pragma once

#include "base/clock.h"
#include "base/ip_address.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace porthole::state {

inline constexpr std::size_t kMaxBlocks = 100'000;

enum class SelectorKind : std::uint8_t {
  kSession,
  kConsole,
  kSubject,
  kKey,
  kToken,
  kClientAddress,
  kAll,
};

// Which sessions are meant, live ones and those that ask to be admitted.
struct Selector {
  SelectorKind kind = SelectorKind::kAll;
  std::string value;  // the id; empty with kClientAddress and kAll
  IpPrefix clients;   // with kClientAddress: exactly these, one address or a whole prefix

  friend bool operator==(const Selector&, const Selector&) = default;
};

// Sessions that must not be admitted for a while (design, section 6, RevokeSessions).
struct Block {
  std::string id;  // a UUID
  Selector selector;
  std::string reason;  // for the person, as the caller wrote it; may be empty
  WallTime created;
  WallTime until;  // from then on it blocks nothing
  // Only tokens issued (`iat`) up to this time; absent: all.
  std::optional<WallTime> issued_until;
};

}  // namespace porthole::state

#pragma once

#include "base/clock.h"
#include "base/selector.h"

#include <cstddef>
#include <optional>
#include <string>

namespace porthole::state {

inline constexpr std::size_t kMaxBlocks = 100'000;

// Sessions that must not be admitted for a while (design, section 6, RevokeSessions).
struct Block {
  std::string id;  // a UUID
  Selector selector;
  std::string reason;   // for the person, as the caller wrote it; may be empty
  std::string creator;  // the caller, as the control API knows it: "dns:cloud.example"
  WallTime created;
  WallTime until;  // from then on it blocks nothing
  // Only tokens issued (`iat`) up to this time; absent: all.
  std::optional<WallTime> issued_until;
};

}  // namespace porthole::state

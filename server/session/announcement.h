#pragma once

#include "admission/policy.h"
#include "base/clock.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace porthole::session {

inline constexpr std::size_t kMaxAnnouncementBytes = 500;

enum class AnnouncementLevel : std::uint8_t { kInfo, kWarning };

// A text for the people in front of viewers.
struct Announcement {
  std::string text;  // cut to kMaxAnnouncementBytes; what is no UTF-8, or a control character, goes
  AnnouncementLevel level = AnnouncementLevel::kInfo;
  // How long it is shown; absent: until the person closes it.
  std::optional<std::chrono::seconds> show_for;
  // The moment of which the text speaks, for example when the node goes away; shown in the viewer's
  // own time zone behind the text. Absent: none.
  std::optional<WallTime> deadline;
};

// Whom an announcement reached.
struct Announced {
  std::size_t sent = 0;
  std::size_t unsupported = 0;  // viewers that take no text, such as a stock noVNC page
};

// What our page is told beside RFB, as one text message (docs/viewer-messages.md): always all of
// it, so that a message that replaces one still waiting loses nothing. `number` names the
// announcement within its session; null: none. `opened`: bytes pass; said where RFB does not say
// it.
std::string ViewerNotice(const admission::PolicyInForce& policy,
                         const Announcement* announcement,
                         std::uint64_t number,
                         bool opened = false);

}  // namespace porthole::session

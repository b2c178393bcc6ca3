#include "control/announcing.h"

#include "control/field.h"

#include <chrono>
#include <string>

namespace porthole::control {
namespace {

constexpr std::chrono::hours kLongestShow{24};

absl::Status CheckText(const std::string& text) {
  if (text.empty()) {
    return BadField("text", "is required");
  }
  if (text.size() > session::kMaxAnnouncementBytes) {
    return BadField("text", "has " + std::to_string(text.size()) + " bytes, at most " +
                                std::to_string(session::kMaxAnnouncementBytes) + " are allowed");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<session::Announcement> ReadAnnouncement(
    const v1::AnnounceToSessionsRequest& request) {
  if (absl::Status checked = CheckText(request.text()); !checked.ok()) {
    return checked;
  }
  session::Announcement announcement;
  announcement.text = request.text();
  switch (request.level()) {
    case v1::ANNOUNCEMENT_LEVEL_UNSPECIFIED:
    case v1::ANNOUNCEMENT_LEVEL_INFO:
      break;
    case v1::ANNOUNCEMENT_LEVEL_WARNING:
      announcement.level = session::AnnouncementLevel::kWarning;
      break;
    default:
      return BadField("level", "is not one that this version knows");
  }
  if (request.has_show_for()) {
    const absl::StatusOr<std::chrono::seconds> shown =
        ReadDuration("show_for", request.show_for(), std::chrono::seconds(1), kLongestShow);
    if (!shown.ok()) {
      return shown.status();
    }
    announcement.show_for = *shown;
  }
  return announcement;
}

}  // namespace porthole::control

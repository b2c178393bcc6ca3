#include "session/announcement.h"

#include "rfb/clean_text.h"
#include "telemetry/json_text.h"

#include <span>
#include <string_view>

namespace porthole::session {
namespace {

std::string_view NameOf(const config::Clipboard& clipboard) {
  if (clipboard.to_console && clipboard.from_console) {
    return "both";
  }
  if (clipboard.to_console) {
    return "to_console";
  }
  return clipboard.from_console ? "from_console" : "off";
}

std::string Cleaned(const std::string& text) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): characters as the bytes they are
  return rfb::CleanText({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void Append(std::string& json, const Announcement& announcement, std::uint64_t number) {
  json += R"({"id":)" + std::to_string(number) + R"(,"text":)";
  telemetry::AppendJsonString(json, Cleaned(announcement.text), kMaxAnnouncementBytes);
  json += R"(,"level":)";
  json += announcement.level == AnnouncementLevel::kWarning ? R"("warning")" : R"("info")";
  if (announcement.show_for.has_value()) {
    json += R"(,"show_for_s":)" + std::to_string(announcement.show_for->count());
  }
  if (announcement.deadline.has_value()) {
    const auto moment = std::chrono::ceil<std::chrono::seconds>(*announcement.deadline);
    json += R"(,"deadline":)" + std::to_string(moment.time_since_epoch().count());
  }
  json += "}";
}

}  // namespace

std::string ViewerNotice(const admission::PolicyInForce& policy,
                         const Announcement* announcement,
                         std::uint64_t number,
                         bool opened) {
  std::string json = R"({"view_only":)";
  json += policy.view_only ? "true" : "false";
  json += R"(,"clipboard":")";
  json += NameOf(policy.clipboard);
  json += R"(")";
  if (opened) {
    json += R"(,"opened":true)";
  }
  if (announcement != nullptr) {
    json += R"(,"announcement":)";
    Append(json, *announcement, number);
  }
  json += "}";
  return json;
}

}  // namespace porthole::session

#include "control/updating.h"

#include "base/status.h"
#include "control/field.h"

#include <chrono>
#include <string_view>

namespace porthole::control {
namespace {

using session::PolicyChange;

absl::Status Beyond(std::string_view field, const std::string& why) {
  return Error(absl::StatusCode::kFailedPrecondition, std::string(field) + ": " + why);
}

absl::StatusOr<config::Clipboard> ReadClipboard(v1::ClipboardPolicy policy) {
  switch (policy) {
    case v1::CLIPBOARD_POLICY_BOTH:
      return config::Clipboard{.to_console = true, .from_console = true};
    case v1::CLIPBOARD_POLICY_TO_CONSOLE:
      return config::Clipboard{.to_console = true, .from_console = false};
    case v1::CLIPBOARD_POLICY_FROM_CONSOLE:
      return config::Clipboard{.to_console = false, .from_console = true};
    case v1::CLIPBOARD_POLICY_OFF:
      return config::Clipboard{.to_console = false, .from_console = false};
    default:
      return BadField("session.policy.clipboard", "must be one of the policies");
  }
}

absl::Status TakeViewOnly(const v1::SessionPolicy& wish,
                          const config::Policy& node,
                          PolicyChange& change) {
  if (node.view_only && !wish.view_only()) {
    return Beyond("session.policy.view_only", "this node makes every session view-only");
  }
  change.view_only = wish.view_only();
  return absl::OkStatus();
}

absl::Status TakeClipboard(const v1::SessionPolicy& wish,
                           const config::Policy& node,
                           PolicyChange& change) {
  const absl::StatusOr<config::Clipboard> clipboard = ReadClipboard(wish.clipboard());
  if (!clipboard.ok()) {
    return clipboard.status();
  }
  if ((clipboard->to_console && !node.clipboard.to_console) ||
      (clipboard->from_console && !node.clipboard.from_console)) {
    return Beyond("session.policy.clipboard", "opens a way that this node keeps closed");
  }
  change.clipboard = *clipboard;
  return absl::OkStatus();
}

absl::StatusOr<std::chrono::seconds> ReadTime(std::string_view field,
                                              bool present,
                                              const google::protobuf::Duration& wish,
                                              std::chrono::seconds most) {
  if (!present) {
    return BadField(field, "is required, as update_mask names it");
  }
  absl::StatusOr<std::chrono::seconds> time =
      ReadDuration(field, wish, std::chrono::seconds(1), std::chrono::hours(366 * 24));
  if (time.ok() && *time > most) {
    return Beyond(field, "this node allows at most " + std::to_string(most.count()) + " s");
  }
  return time;
}

absl::Status TakeMaxDuration(const v1::SessionPolicy& wish,
                             const config::Policy& node,
                             PolicyChange& change) {
  const auto time = ReadTime("session.policy.max_duration", wish.has_max_duration(),
                             wish.max_duration(), node.max_duration);
  if (time.ok()) {
    change.max_duration = *time;
  }
  return time.status();
}

absl::Status TakeIdleTimeout(const v1::SessionPolicy& wish,
                             const config::Policy& node,
                             PolicyChange& change) {
  const auto time = ReadTime("session.policy.idle_timeout", wish.has_idle_timeout(),
                             wish.idle_timeout(), node.idle_timeout);
  if (time.ok()) {
    change.idle_timeout = *time;
  }
  return time.status();
}

absl::Status Take(const std::string& path,
                  const v1::SessionPolicy& wish,
                  const config::Policy& node,
                  PolicyChange& change) {
  if (path == "policy.view_only") {
    return TakeViewOnly(wish, node, change);
  }
  if (path == "policy.clipboard") {
    return TakeClipboard(wish, node, change);
  }
  if (path == "policy.max_duration") {
    return TakeMaxDuration(wish, node, change);
  }
  if (path == "policy.idle_timeout") {
    return TakeIdleTimeout(wish, node, change);
  }
  return BadField("update_mask",
                  "names a field that cannot be changed; \"policy.view_only\", "
                  "\"policy.clipboard\", \"policy.max_duration\" and \"policy.idle_timeout\" can");
}

}  // namespace

absl::StatusOr<PolicyChange> ReadPolicyChange(const v1::UpdateSessionRequest& request,
                                              const config::Policy& node) {
  if (request.session().session_id().empty()) {
    return BadField("session.session_id", "is required");
  }
  if (request.update_mask().paths().empty()) {
    return BadField("update_mask", "is required");
  }
  PolicyChange change;
  for (const std::string& path : request.update_mask().paths()) {
    absl::Status taken = Take(path, request.session().policy(), node, change);
    if (!taken.ok()) {
      return taken;
    }
  }
  return change;
}

std::string ToString(const PolicyChange& change) {
  std::string text;
  const auto add = [&text](const std::string& what) { text += text.empty() ? what : ", " + what; };
  if (change.view_only.has_value()) {
    add(std::string("view_only ") + (*change.view_only ? "true" : "false"));
  }
  if (change.clipboard.has_value()) {
    add(std::string("clipboard to_console ") + (change.clipboard->to_console ? "true" : "false") +
        " from_console " + (change.clipboard->from_console ? "true" : "false"));
  }
  if (change.max_duration.has_value()) {
    add("max_duration " + std::to_string(change.max_duration->count()) + " s");
  }
  if (change.idle_timeout.has_value()) {
    add("idle_timeout " + std::to_string(change.idle_timeout->count()) + " s");
  }
  return text;
}

}  // namespace porthole::control

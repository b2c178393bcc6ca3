#include "commands.h"
#include "duration.h"
#include "output.h"

#include <CLI/Validators.hpp>

#include <map>
#include <memory>

namespace porthole::cli {
namespace {

using client::v1::ClipboardPolicy;

struct UpdateOptions {
  std::string session_id;
  // Empty: stays as it is.
  std::string view_only;
  std::string clipboard;
  std::string max_duration;
  std::string idle_timeout;
};

const std::map<std::string, ClipboardPolicy>& Clipboards() {
  static const std::map<std::string, ClipboardPolicy> kNames = {
      {"both", client::v1::CLIPBOARD_POLICY_BOTH},
      {"to_console", client::v1::CLIPBOARD_POLICY_TO_CONSOLE},
      {"from_console", client::v1::CLIPBOARD_POLICY_FROM_CONSOLE},
      {"off", client::v1::CLIPBOARD_POLICY_OFF}};
  return kNames;
}

absl::Status SetTimes(const UpdateOptions& options, client::v1::UpdateSessionRequest& request) {
  client::v1::SessionPolicy& policy = *request.mutable_session()->mutable_policy();
  if (!options.max_duration.empty()) {
    const auto time = ReadDuration("--max-duration", options.max_duration);
    if (!time.ok()) {
      return time.status();
    }
    *policy.mutable_max_duration() = *time;
    request.mutable_update_mask()->add_paths("policy.max_duration");
  }
  if (!options.idle_timeout.empty()) {
    const auto time = ReadDuration("--idle-timeout", options.idle_timeout);
    if (!time.ok()) {
      return time.status();
    }
    *policy.mutable_idle_timeout() = *time;
    request.mutable_update_mask()->add_paths("policy.idle_timeout");
  }
  return absl::OkStatus();
}

absl::StatusOr<client::v1::UpdateSessionRequest> RequestOf(const UpdateOptions& options) {
  client::v1::UpdateSessionRequest request;
  client::v1::Session& session = *request.mutable_session();
  session.set_session_id(options.session_id);
  if (!options.view_only.empty()) {
    session.mutable_policy()->set_view_only(options.view_only == "on");
    request.mutable_update_mask()->add_paths("policy.view_only");
  }
  if (!options.clipboard.empty()) {
    session.mutable_policy()->set_clipboard(Clipboards().at(options.clipboard));
    request.mutable_update_mask()->add_paths("policy.clipboard");
  }
  absl::Status times = SetTimes(options, request);
  if (!times.ok()) {
    return times;
  }
  if (request.update_mask().paths().empty()) {
    return WrongUsage("sessions update: nothing to change; see sessions update --help");
  }
  return request;
}

absl::Status Update(const Context& context, const UpdateOptions& options) {
  const absl::StatusOr<client::v1::UpdateSessionRequest> request = RequestOf(options);
  if (!request.ok()) {
    return request.status();
  }
  absl::StatusOr<client::Client> client = context.Connect();
  if (!client.ok()) {
    return client.status();
  }
  const absl::StatusOr<client::v1::Session> session = client->UpdateSession(*request);
  if (!session.ok()) {
    return session.status();
  }
  if (context.WantsJson()) {
    return context.WriteJson(*session);
  }
  WritePolicy(context, *session);
  return absl::OkStatus();
}

}  // namespace

void AddUpdateCommand(CLI::App& sessions, Context& context) {
  const auto options = std::make_shared<UpdateOptions>();
  CLI::App* const update =
      sessions.add_subcommand("update", "Change what a live session may do, and how long");
  update->add_option("ID", options->session_id, "The session")->required();
  update->add_option("--view-only", options->view_only, "Whether it may only look")
      ->type_name("WHETHER")
      ->check(CLI::IsMember({"on", "off"}));
  update->add_option("--clipboard", options->clipboard, "Which way text may travel")
      ->type_name("WAY")
      ->check(CLI::IsMember({"both", "to_console", "from_console", "off"}));
  update->add_option("--max-duration", options->max_duration, "End this long after its start")
      ->type_name("TIME");
  update->add_option("--idle-timeout", options->idle_timeout, "End after this long without input")
      ->type_name("TIME");
  update->callback([options, &context] {
    context.command = [options, &context] { return Update(context, *options); };
  });
}

}  // namespace porthole::cli

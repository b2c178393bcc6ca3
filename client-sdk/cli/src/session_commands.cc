#include "commands.h"
#include "duration.h"
#include "output.h"
#include "session_options.h"

#include <memory>
#include <utility>

namespace porthole::cli {
namespace {

struct RevokeOptions {
  SessionOptions which;
  std::string block_for;
  std::string reason;
};

absl::Status List(const Context& context, const SessionOptions& options) {
  absl::StatusOr<client::Client> client = context.Connect();
  if (!client.ok()) {
    return client.status();
  }
  absl::StatusOr<std::vector<client::v1::Session>> sessions =
      client->ListSessions(FilterOf(options));
  if (!sessions.ok()) {
    return sessions.status();
  }
  if (context.WantsJson()) {
    client::v1::ListSessionsResponse all;
    all.mutable_sessions()->Assign(sessions->begin(), sessions->end());
    return context.WriteJson(all);
  }
  WriteSessions(context, *sessions);
  return absl::OkStatus();
}

absl::StatusOr<client::v1::RevokeSessionsRequest> RequestOf(const RevokeOptions& options) {
  client::v1::RevokeSessionsRequest request;
  *request.mutable_selector() = SelectorOf(options.which);
  request.set_reason(options.reason);
  if (!options.block_for.empty()) {
    const auto time = ReadDuration("--block-for", options.block_for);
    if (!time.ok()) {
      return time.status();
    }
    *request.mutable_block_for() = *time;
  }
  return request;
}

absl::Status Revoke(const Context& context, const RevokeOptions& options) {
  const absl::StatusOr<client::v1::RevokeSessionsRequest> request = RequestOf(options);
  if (!request.ok()) {
    return request.status();
  }
  absl::StatusOr<client::Client> client = context.Connect();
  if (!client.ok()) {
    return client.status();
  }
  const absl::StatusOr<client::v1::RevokeSessionsResponse> revoked =
      client->RevokeSessions(*request);
  if (!revoked.ok()) {
    return revoked.status();
  }
  if (context.WantsJson()) {
    return context.WriteJson(*revoked);
  }
  context.streams.out << "Ended " << revoked->ended_count() << " sessions.\n";
  for (const std::string& id : revoked->ending_session_ids()) {
    context.streams.out << "Still ending: " << id << '\n';
  }
  if (revoked->has_block()) {
    WriteBlocks(context, {revoked->block()});
  }
  return absl::OkStatus();
}

}  // namespace

void AddSessionCommands(CLI::App& app, Context& context) {
  CLI::App* const sessions = app.add_subcommand("sessions", "Consoles that are open");
  sessions->require_subcommand(0, 1);

  const auto listed = std::make_shared<SessionOptions>();
  CLI::App* const list = sessions->add_subcommand("list", "Live sessions, oldest first");
  AddFilterOptions(*list, *listed);
  list->callback([listed, &context] {
    context.command = [listed, &context] { return List(context, *listed); };
  });

  const auto revoked = std::make_shared<RevokeOptions>();
  CLI::App* const revoke = sessions->add_subcommand("revoke", "End sessions, and keep them out");
  AddSelectorOptions(*revoke, revoked->which);
  revoke
      ->add_option("--block-for", revoked->block_for,
                   "Refuse everything that matches this long, e.g. 10m; without it, links made "
                   "up to now are refused")
      ->type_name("TIME");
  revoke->add_option("--reason", revoked->reason, "What the people are told, at most 120 bytes")
      ->type_name("TEXT");
  revoke->callback([revoked, &context] {
    context.command = [revoked, &context] { return Revoke(context, *revoked); };
  });
  AddWatchCommand(*sessions, context);
  AddUpdateCommand(*sessions, context);
  AddAnnounceCommand(*sessions, context);
}

}  // namespace porthole::cli

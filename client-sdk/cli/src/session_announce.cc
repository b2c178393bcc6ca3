#include "commands.h"
#include "duration.h"
#include "session_options.h"

#include <CLI/Validators.hpp>

#include <memory>

namespace porthole::cli {
namespace {

struct AnnounceOptions {
  SessionOptions which;
  std::string text;
  std::string level = "info";
  std::string show_for;
};

absl::Status Announce(const Context& context, const AnnounceOptions& options) {
  client::v1::AnnounceToSessionsRequest request;
  *request.mutable_selector() = SelectorOf(options.which);
  request.set_text(options.text);
  request.set_level(options.level == "warning" ? client::v1::ANNOUNCEMENT_LEVEL_WARNING
                                               : client::v1::ANNOUNCEMENT_LEVEL_INFO);
  if (!options.show_for.empty()) {
    const auto time = ReadDuration("--show-for", options.show_for);
    if (!time.ok()) {
      return time.status();
    }
    *request.mutable_show_for() = *time;
  }
  absl::StatusOr<client::Client> client = context.Connect();
  if (!client.ok()) {
    return client.status();
  }
  const auto announced = client->AnnounceToSessions(request);
  if (!announced.ok()) {
    return announced.status();
  }
  if (context.WantsJson()) {
    return context.WriteJson(*announced);
  }
  context.streams.out << "Shown in " << announced->sent_count() << " sessions";
  if (announced->unsupported_count() > 0) {
    context.streams.out << "; " << announced->unsupported_count()
                        << " more have a viewer that cannot show it";
  }
  context.streams.out << ".\n";
  return absl::OkStatus();
}

}  // namespace

void AddAnnounceCommand(CLI::App& sessions, Context& context) {
  const auto options = std::make_shared<AnnounceOptions>();
  CLI::App* const announce =
      sessions.add_subcommand("announce", "Show a text to the people in front of the viewers");
  announce->add_option("TEXT", options->text, "What they read, at most 500 bytes")->required();
  AddSelectorOptions(*announce, options->which);
  announce->add_option("--level", options->level, "How it looks")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({"info", "warning"}))
      ->capture_default_str();
  announce
      ->add_option("--show-for", options->show_for,
                   "How long it is shown; without it, until the person closes it")
      ->type_name("TIME");
  announce->callback([options, &context] {
    context.command = [options, &context] { return Announce(context, *options); };
  });
}

}  // namespace porthole::cli

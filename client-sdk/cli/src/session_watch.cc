#include "commands.h"
#include "duration.h"
#include "output.h"
#include "porthole/client/session_watcher.h"
#include "session_options.h"
#include "watch_output.h"

#include <memory>
#include <optional>

namespace porthole::cli {
namespace {

struct WatchOptions {
  SessionOptions which;
  std::string most;
};

absl::Status Watch(const Context& context, const WatchOptions& options) {
  std::optional<std::chrono::milliseconds> most;
  if (!options.most.empty()) {
    const absl::StatusOr<std::chrono::milliseconds> time = ParseDuration(options.most);
    if (!time.ok()) {
      return WrongUsage("--for: " + std::string(time.status().message()));
    }
    most = *time;
  }
  const absl::StatusOr<std::shared_ptr<client::Connection>> connection = context.Open();
  if (!connection.ok()) {
    return connection.status();
  }
  client::SessionWatcherOptions watch;
  watch.filter = FilterOf(options.which);
  const std::unique_ptr<WatchOutput> output = context.streams.terminal && !context.WantsJson()
                                                  ? MakeLiveTable(context)
                                                  : MakeJsonLines(context);
  const client::SessionWatcher watcher(*connection, watch, output.get());
  return output->Show(watcher, most);
}

}  // namespace

void AddWatchCommand(CLI::App& sessions, Context& context) {
  const auto options = std::make_shared<WatchOptions>();
  CLI::App* const watch = sessions.add_subcommand(
      "watch", "Follow live sessions: a table on a terminal, else a line of JSON a change");
  AddFilterOptions(*watch, options->which);
  watch->add_option("--for", options->most, "Stop after this long; without it, never")
      ->type_name("TIME");
  watch->callback([options, &context] {
    context.command = [options, &context] { return Watch(context, *options); };
  });
}

}  // namespace porthole::cli

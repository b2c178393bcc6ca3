#include "commands.h"
#include "duration.h"
#include "output.h"

#include <memory>

namespace porthole::cli {
namespace {

struct DrainOptions {
  std::string deadline;
  std::string reason;
};

// Makes a call that answers with the node, and shows it.
template <typename Call>
absl::Status ShowAfter(const Context& context, Call call) {
  absl::StatusOr<client::Client> client = context.Connect();
  if (!client.ok()) {
    return client.status();
  }
  const absl::StatusOr<client::v1::Node> node = call(*client);
  if (!node.ok()) {
    return node.status();
  }
  if (context.WantsJson()) {
    return context.WriteJson(*node);
  }
  WriteNode(context, *node);
  return absl::OkStatus();
}

absl::Status Drain(const Context& context, const DrainOptions& options) {
  const absl::StatusOr<std::chrono::milliseconds> deadline = ParseDuration(options.deadline);
  if (!deadline.ok()) {
    return WrongUsage("--deadline: " + std::string(deadline.status().message()));
  }
  return ShowAfter(context,
                   [&](client::Client& client) { return client.Drain(*deadline, options.reason); });
}

// What `node` does, without a command of its own. Called for its commands, too, after they were.
void ShowUnlessCommanded(Context& context) {
  if (!context.command) {
    context.command = [&context] {
      return ShowAfter(context, [](client::Client& client) { return client.GetNode(); });
    };
  }
}

}  // namespace

void AddNodeCommands(CLI::App& app, Context& context) {
  CLI::App* const node = app.add_subcommand("node", "What the node is and how it is");
  node->require_subcommand(0, 1);
  node->callback([&context] { ShowUnlessCommanded(context); });

  const auto options = std::make_shared<DrainOptions>();
  CLI::App* const drain =
      node->add_subcommand("drain", "Admit nobody, and end what lives when the time is over");
  drain->add_option("--deadline", options->deadline, "How long live sessions may go on, e.g. 10m")
      ->type_name("TIME")
      ->required();
  drain->add_option("--reason", options->reason, "What the people are told, at most 120 bytes")
      ->type_name("TEXT");
  drain->callback([options, &context] {
    context.command = [options, &context] { return Drain(context, *options); };
  });
  node->add_subcommand("resume", "Admit again")->callback([&context] {
    context.command = [&context] {
      return ShowAfter(context, [](client::Client& client) { return client.Resume(); });
    };
  });
}

}  // namespace porthole::cli

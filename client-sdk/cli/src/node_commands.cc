#include "commands.h"
#include "output.h"

namespace porthole::cli {
namespace {

absl::Status Show(const Context& context) {
  absl::StatusOr<client::Client> client = context.Connect();
  if (!client.ok()) {
    return client.status();
  }
  const absl::StatusOr<client::v1::Node> node = client->GetNode();
  if (!node.ok()) {
    return node.status();
  }
  if (context.WantsJson()) {
    return context.WriteJson(*node);
  }
  WriteNode(context, *node);
  return absl::OkStatus();
}

}  // namespace

void AddNodeCommand(CLI::App& app, Context& context) {
  app.add_subcommand("node", "What the node is and how it is")->callback([&context] {
    context.command = [&context] { return Show(context); };
  });
}

}  // namespace porthole::cli

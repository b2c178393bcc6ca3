#include "commands.h"
#include "output.h"

#include <memory>

namespace porthole::cli {
namespace {

absl::Status List(const Context& context) {
  absl::StatusOr<client::Client> client = context.Connect();
  if (!client.ok()) {
    return client.status();
  }
  absl::StatusOr<std::vector<client::v1::Block>> blocks = client->ListBlocks();
  if (!blocks.ok()) {
    return blocks.status();
  }
  if (context.WantsJson()) {
    client::v1::ListBlocksResponse all;
    all.mutable_blocks()->Assign(blocks->begin(), blocks->end());
    return context.WriteJson(all);
  }
  WriteBlocks(context, *blocks);
  return absl::OkStatus();
}

absl::Status Lift(const Context& context, const std::string& block_id) {
  absl::StatusOr<client::Client> client = context.Connect();
  if (!client.ok()) {
    return client.status();
  }
  absl::Status lifted = client->LiftBlock(block_id);
  if (!lifted.ok()) {
    return lifted;
  }
  if (context.WantsJson()) {
    return context.WriteJson(client::v1::LiftBlockResponse());
  }
  context.streams.out << "Lifted " << block_id << ".\n";
  return absl::OkStatus();
}

}  // namespace

void AddBlockCommands(CLI::App& app, Context& context) {
  CLI::App* const blocks = app.add_subcommand("blocks", "What revocations keep out");
  blocks->require_subcommand(0, 1);
  blocks->add_subcommand("list", "Blocks in force, oldest first")->callback([&context] {
    context.command = [&context] { return List(context); };
  });
  const auto block_id = std::make_shared<std::string>();
  CLI::App* const lift = blocks->add_subcommand("lift", "Take a block away before it expires");
  lift->add_option("ID", *block_id, "The block")->required();
  lift->callback([block_id, &context] {
    context.command = [block_id, &context] { return Lift(context, *block_id); };
  });
}

}  // namespace porthole::cli

#include "commands.h"
#include "duration.h"
#include "output.h"
#include "porthole/client/fleet.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <string>

namespace porthole::cli {
namespace {

using Answers = client::FleetAnswer<client::v1::Node>;
using google::protobuf::util::JsonStringToMessage;
using google::protobuf::util::MessageToJsonString;

absl::StatusOr<client::Fleet> FleetOf(const Context& context) {
  const GlobalOptions& options = context.options;
  if (options.nodes.empty() == options.nodes_name.empty()) {
    return WrongUsage("fleet: name the nodes by --nodes or by --nodes-name");
  }
  absl::StatusOr<client::ConnectionOptions> reach = context.Reach();
  if (!reach.ok()) {
    return reach.status();
  }
  client::FleetOptions fleet;
  fleet.connection = *std::move(reach);
  if (options.nodes_name.empty()) {
    fleet.find = client::NodesAt(options.nodes);
  } else {
    fleet.find = client::NodesByName(options.nodes_name);
    if (fleet.connection.tls.has_value() && fleet.connection.tls->server_name.empty()) {
      // The certificates name the fleet, not the addresses that the name has today.
      fleet.connection.tls->server_name =
          options.nodes_name.substr(0, options.nodes_name.rfind(':'));
    }
  }
  return client::Fleet::Make(std::move(fleet));
}

google::protobuf::Value StructOf(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions how;
  how.preserve_proto_field_names = true;
  how.always_print_primitive_fields = true;
  std::string text;
  google::protobuf::Value value;
  if (!MessageToJsonString(message, &text, how).ok() || !JsonStringToMessage(text, &value).ok()) {
    value.set_null_value(google::protobuf::NULL_VALUE);
  }
  return value;
}

absl::Status WriteStatusJson(const Context& context, const Answers& all) {
  google::protobuf::Struct json;
  auto& nodes = *(*json.mutable_fields())["nodes"].mutable_list_value();
  for (const auto& [address, answer] : all.nodes) {
    auto& fields = *nodes.add_values()->mutable_struct_value()->mutable_fields();
    fields["address"].set_string_value(address);
    if (answer.ok()) {
      fields["node"] = StructOf(*answer);
    } else {
      fields["error"].set_string_value(std::string(answer.status().message()));
    }
  }
  return context.WriteJson(json);
}

void WriteStatusTable(const Context& context, const Answers& all) {
  Table table({"ADDRESS", "NODE", "VERSION", "UP FOR", "SESSIONS", "KEYS", "BLOCKS", "STATE"});
  for (const auto& [address, answer] : all.nodes) {
    if (!answer.ok()) {
      table.Add({address, "-", "-", "-", "-", "-", "-", "no answer"});
      continue;
    }
    table.Add({address, answer->node_id(), answer->version(),
               ShowDuration(std::chrono::seconds(answer->uptime().seconds())),
               std::to_string(answer->session_count()),
               std::to_string(answer->store().token_key_count()),
               std::to_string(answer->store().block_count()),
               answer->draining() ? "draining" : "admitting"});
  }
  table.Write(context.streams.out);
}

absl::Status Status(const Context& context) {
  absl::StatusOr<client::Fleet> fleet = FleetOf(context);
  if (!fleet.ok()) {
    return fleet.status();
  }
  const Answers all = fleet->GetNode();
  if (context.WantsJson()) {
    const absl::Status written = WriteStatusJson(context, all);
    return written.ok() ? all.Summary() : written;
  }
  if (!all.nodes.empty()) {
    WriteStatusTable(context, all);
  }
  return all.Summary();
}

}  // namespace

void AddFleetCommands(CLI::App& app, Context& context) {
  CLI::App* const fleet = app.add_subcommand("fleet", "Many nodes at once");
  fleet->require_subcommand(0, 1);
  fleet->add_option("--nodes", context.options.nodes, "The nodes: addresses with commas between")
      ->type_name("ADDRESS,...")
      ->delimiter(',')
      ->envname("PORTHOLE_NODES")
      ->allow_extra_args(false);
  fleet
      ->add_option("--nodes-name", context.options.nodes_name,
                   "The nodes: every address of this DNS name")
      ->type_name("HOST:PORT")
      ->envname("PORTHOLE_NODES_NAME");
  fleet->add_subcommand("status", "Each node, how it is and what it holds")->callback([&context] {
    context.command = [&context] { return Status(context); };
  });
}

}  // namespace porthole::cli

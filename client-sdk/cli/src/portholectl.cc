#include "portholectl.h"

#include "command_tree.h"
#include "commands.h"
#include "context.h"
#include "context_file.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>

#include <string>
#include <vector>

namespace porthole::cli {
namespace {

constexpr const char* kAbout =
    "Talks to the control API of a Porthole node: which keys open console links, which\n"
    "console sessions are open, and who may no longer be there. On the node itself it finds\n"
    "the node by its unix socket; from elsewhere, name it by --address with --ca, --cert and\n"
    "--key, or write these into a context file once.";

constexpr const char* kExamples =
    "Examples:\n"
    "  portholectl keys put cloud-1 --generate --save cloud-1.key\n"
    "  portholectl token mint --key-id cloud-1 --key-file cloud-1.key --subject alice \\\n"
    "      --console 5b1f3a0e --target tcp://10.1.34.5:5901 --base-url https://console.example\n"
    "  portholectl sessions watch\n"
    "  portholectl sessions revoke --subject alice --block-for 10m --reason 'Account closed'\n"
    "\n"
    "Exit codes: 0 done, 1 refused, 2 wrong command line, 3 the node cannot be reached.";

void AddGlobalOptions(CLI::App& app, GlobalOptions& options) {
  app.add_option("--context", options.context_file,
                 "YAML file with values for these options; ~/.config/porthole/context.yaml is "
                 "read where it is there")
      ->type_name("FILE")
      ->envname("PORTHOLE_CONTEXT");
  app.add_option("--address", options.address, "The node: unix:/path or HOST:PORT")
      ->type_name("ADDRESS")
      ->envname("PORTHOLE_ADDRESS")
      ->capture_default_str();
  app.add_option("--ca", options.ca_file, "PEM file: who signed the node's certificate")
      ->type_name("FILE")
      ->envname("PORTHOLE_CA");
  app.add_option("--cert", options.certificate_file, "PEM file: your certificate")
      ->type_name("FILE")
      ->envname("PORTHOLE_CERT");
  app.add_option("--key", options.private_key_file, "PEM file: your certificate's private key")
      ->type_name("FILE")
      ->envname("PORTHOLE_KEY");
  app.add_option("--server-name", options.server_name,
                 "The name in the node's certificate, where it is not the address' host")
      ->type_name("NAME");
  app.add_flag("--plaintext", options.plaintext,
               "No TLS: only for a node on this machine that allows it");
  app.add_option("--output", options.output, "table for people, json for programs")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  app.add_option("--timeout", options.timeout, "How long a call may take, e.g. 500ms, 10s")
      ->type_name("TIME")
      ->capture_default_str();
}

// Options of the program are understood after a subcommand, too; its examples are not repeated.
void FinishSubcommands(CLI::App& app) {
  for (CLI::App* const sub : app.get_subcommands({})) {
    sub->fallthrough();
    sub->footer("");
    FinishSubcommands(*sub);
  }
}

std::string TellWrongUsage(const CLI::App* /*app*/, const CLI::Error& error) {
  return "portholectl: " + std::string(error.what()) +
         "\nRun portholectl --help, or a command with --help, for more.\n";
}

// CLI11 could ask for a command itself, and then would not name a word that is none.
std::string AskForCommand(const CLI::App& app) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  if (!chosen.empty()) {
    return AskForCommand(*chosen.front());
  }
  std::string names;
  for (const CLI::App* const sub : ChildrenOf(app)) {
    names += (names.empty() ? "" : ", ") + sub->get_name();
  }
  return "portholectl: " + (app.get_parent() == nullptr ? "" : app.get_name() + ": ") +
         "a command is required, one of " + names + "\n";
}

}  // namespace

int RunPortholectl(int argc, const char* const* argv, Streams streams) {
  CLI::App app(kAbout, "portholectl");
  Context context(streams);
  app.footer(kExamples);
  app.failure_message(TellWrongUsage);
  app.set_version_flag("--version", "portholectl " PORTHOLE_VERSION);
  app.require_subcommand(0, 1);
  AddGlobalOptions(app, context.options);
  AddKeyCommands(app, context);
  AddTokenCommands(app, context);
  AddSessionCommands(app, context);
  AddBlockCommands(app, context);
  AddNodeCommands(app, context);
  AddFleetCommands(app, context);
  AddCompletionCommand(app, context);
  AddManualCommand(app, context);
  FinishSubcommands(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, streams.out, streams.err) == 0 ? kExitOk : kExitUsage;
  }
  if (!context.command) {
    streams.err << AskForCommand(app);
    return kExitUsage;
  }
  const absl::Status given = context.needs_context_file
                                 ? ApplyContextFile(app, context.options.context_file)
                                 : absl::OkStatus();
  return context.Finish(given.ok() ? context.command() : given);
}

}  // namespace porthole::cli

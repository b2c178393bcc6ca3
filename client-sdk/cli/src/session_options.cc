#include "session_options.h"

namespace porthole::cli {

void AddFilterOptions(CLI::App& command, SessionOptions& options) {
  command.add_option("--console", options.console_id, "Of this VM")->type_name("ID");
  command.add_option("--subject", options.subject, "Of this user")->type_name("USER");
  command.add_option("--key", options.key_id, "Opened by this token key")->type_name("ID");
  command.add_option("--token", options.token_id, "Opened by the token with this id (jti)")
      ->type_name("ID");
  command
      .add_option("--client-address", options.client_address,
                  "From this address or prefix, e.g. 203.0.113.0/24")
      ->type_name("ADDRESS");
}

client::v1::SessionFilter FilterOf(const SessionOptions& options) {
  client::v1::SessionFilter filter;
  filter.set_console_id(options.console_id);
  filter.set_subject(options.subject);
  filter.set_key_id(options.key_id);
  filter.set_token_id(options.token_id);
  filter.set_client_address(options.client_address);
  return filter;
}

void AddSelectorOptions(CLI::App& command, SessionOptions& options) {
  auto* const one = command.add_option_group("Which sessions", "Exactly one of");
  one->require_option(1);
  one->add_option("--session", options.session_id, "This session")->type_name("ID");
  AddFilterOptions(*one, options);
  one->add_flag("--all", options.all, "Every session");
}

client::v1::SessionSelector SelectorOf(const SessionOptions& options) {
  client::v1::SessionSelector selector;
  if (!options.session_id.empty()) {
    selector.set_session_id(options.session_id);
  } else if (!options.console_id.empty()) {
    selector.set_console_id(options.console_id);
  } else if (!options.subject.empty()) {
    selector.set_subject(options.subject);
  } else if (!options.key_id.empty()) {
    selector.set_key_id(options.key_id);
  } else if (!options.token_id.empty()) {
    selector.set_token_id(options.token_id);
  } else if (!options.client_address.empty()) {
    selector.set_client_address(options.client_address);
  } else if (options.all) {
    selector.set_all(true);
  }
  return selector;
}

}  // namespace porthole::cli

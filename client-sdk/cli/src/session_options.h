#pragma once

#include "porthole/client/connection.h"

#include <CLI/App.hpp>

#include <string>

namespace porthole::cli {

// What sessions have in common, as options: to narrow a list, or to say whom a command is about.
struct SessionOptions {
  std::string session_id;
  std::string console_id;
  std::string subject;
  std::string key_id;
  std::string token_id;
  std::string client_address;
  bool all = false;
};

void AddFilterOptions(CLI::App& command, SessionOptions& options);
client::v1::SessionFilter FilterOf(const SessionOptions& options);

// Exactly one must be given.
void AddSelectorOptions(CLI::App& command, SessionOptions& options);
client::v1::SessionSelector SelectorOf(const SessionOptions& options);

}  // namespace porthole::cli

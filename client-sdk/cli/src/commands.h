#pragma once

#include "context.h"

#include <CLI/App.hpp>

namespace porthole::cli {

// Each adds its commands to the program; the chosen one becomes `context.command`.
void AddKeyCommands(CLI::App& app, Context& context);
void AddTokenCommands(CLI::App& app, Context& context);
void AddSessionCommands(CLI::App& app, Context& context);
void AddBlockCommands(CLI::App& app, Context& context);
void AddNodeCommands(CLI::App& app, Context& context);
void AddFleetCommands(CLI::App& app, Context& context);
// Of "sessions".
void AddWatchCommand(CLI::App& sessions, Context& context);
void AddUpdateCommand(CLI::App& sessions, Context& context);
void AddAnnounceCommand(CLI::App& sessions, Context& context);
// These write what they find in the whole program, so they come last.
void AddCompletionCommand(CLI::App& app, Context& context);
void AddManualCommand(CLI::App& app, Context& context);

}  // namespace porthole::cli

#pragma once

#include "context.h"

#include <CLI/App.hpp>

namespace porthole::cli {

// Each adds its commands to the program; the chosen one becomes `context.command`.
void AddKeyCommands(CLI::App& app, Context& context);
void AddTokenCommands(CLI::App& app, Context& context);
void AddSessionCommands(CLI::App& app, Context& context);
void AddBlockCommands(CLI::App& app, Context& context);
void AddNodeCommand(CLI::App& app, Context& context);

}  // namespace porthole::cli

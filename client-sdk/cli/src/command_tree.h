#pragma once

#include <CLI/App.hpp>

#include <string>
#include <vector>

namespace porthole::cli {

// What the completion and the manual say of the program, read from the same tree that reads the
// command line.

// `app` and every command below it that is not hidden, each before its own commands.
std::vector<const CLI::App*> CommandsOf(const CLI::App& app);

// The commands directly below.
std::vector<const CLI::App*> ChildrenOf(const CLI::App& command);

// "portholectl sessions list".
std::string PathOf(const CLI::App& command);

// The options of this command alone: those with dashes, or the positional ones.
std::vector<const CLI::Option*> DashedOf(const CLI::App& command);
std::vector<const CLI::Option*> PositionalsOf(const CLI::App& command);

// "--output": every name with its dashes.
std::vector<std::string> NamesOf(const CLI::Option& option);

// Whether a value follows it.
bool TakesValue(const CLI::Option& option);

// What the value is called, "FILE"; the values that there are, where these are all.
std::string ValueNameOf(const CLI::Option& option);
std::vector<std::string> ChoicesOf(const CLI::Option& option);

}  // namespace porthole::cli

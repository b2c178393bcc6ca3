#include "command_tree.h"

#include <CLI/Option.hpp>

#include <functional>
#include <sstream>

namespace porthole::cli {
namespace {

using Wanted = std::function<bool(const CLI::Option&)>;

// Option groups are commands without a name in CLI11.
bool IsGroup(const CLI::App& command) {
  return command.get_name().empty();
}

void AddOptions(const CLI::App& command,
                const Wanted& wanted,
                std::vector<const CLI::Option*>& options) {
  for (const CLI::Option* const option : command.get_options()) {
    if (!option->get_group().empty() && wanted(*option)) {
      options.push_back(option);
    }
  }
  for (const CLI::App* const group :
       command.get_subcommands([](const CLI::App* below) { return IsGroup(*below); })) {
    AddOptions(*group, wanted, options);
  }
}

}  // namespace

std::vector<const CLI::App*> ChildrenOf(const CLI::App& command) {
  return command.get_subcommands(
      [](const CLI::App* below) { return !IsGroup(*below) && !below->get_group().empty(); });
}

std::vector<const CLI::App*> CommandsOf(const CLI::App& app) {
  std::vector<const CLI::App*> commands = {&app};
  for (const CLI::App* const child : ChildrenOf(app)) {
    const std::vector<const CLI::App*> below = CommandsOf(*child);
    commands.insert(commands.end(), below.begin(), below.end());
  }
  return commands;
}

std::string PathOf(const CLI::App& command) {
  const CLI::App* const parent = command.get_parent();
  return (parent != nullptr ? PathOf(*parent) + " " : "") + command.get_name();
}

std::vector<const CLI::Option*> DashedOf(const CLI::App& command) {
  std::vector<const CLI::Option*> options;
  AddOptions(command, [](const CLI::Option& option) { return !option.get_positional(); }, options);
  return options;
}

std::vector<const CLI::Option*> PositionalsOf(const CLI::App& command) {
  std::vector<const CLI::Option*> options;
  AddOptions(command, [](const CLI::Option& option) { return option.get_positional(); }, options);
  return options;
}

std::vector<std::string> NamesOf(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) {
    names.push_back("-" + name);
  }
  for (const std::string& name : option.get_lnames()) {
    names.push_back("--" + name);
  }
  return names;
}

bool TakesValue(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

std::string ValueNameOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.substr(0, type.find(':'));
}

// CLI11 writes them behind the name: "TEXT:{table,json}".
std::vector<std::string> ChoicesOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find(":{");
  std::vector<std::string> choices;
  if (begin != std::string::npos && type.ends_with('}')) {
    std::istringstream names(type.substr(begin + 2, type.size() - begin - 3));
    for (std::string name; std::getline(names, name, ',');) {
      choices.push_back(name);
    }
  }
  return choices;
}

}  // namespace porthole::cli

#include "command_tree.h"
#include "commands.h"

#include <CLI/Option.hpp>

#include <sstream>

namespace porthole::cli {
namespace {

constexpr const char* kAbout = "Print what makes bash complete portholectl's commands and options";

constexpr const char* kHead =
    R"(# Completes portholectl in bash; printed by: portholectl completion bash
_portholectl() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local path=portholectl words=() i
  # Which command the words so far name.
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path ${COMP_WORDS[i]}" in
)";

constexpr const char* kMiddle = R"(        path+=" ${COMP_WORDS[i]}" ;;
    esac
  done
  # The value of an option.
  case "$path|$before" in
)";

constexpr const char* kOptions = R"(  esac
  case "$path" in
)";

constexpr const char* kTail = R"(  esac
  if [[ $current != -* ]]; then
    # Options only where somebody asks for them.
    local word commands=()
    for word in "${words[@]}"; do
      [[ $word == -* ]] || commands+=("$word")
    done
    words=("${commands[@]}")
  fi
  mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$current")
}
complete -F _portholectl portholectl
)";

std::string Join(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : between) + word;
  }
  return text;
}

// The options that may stand behind `command`: its own, and those of the commands above it.
std::vector<const CLI::Option*> ReachableOf(const CLI::App& command) {
  std::vector<const CLI::Option*> options = DashedOf(command);
  if (command.get_parent() != nullptr) {
    const std::vector<const CLI::Option*> above = ReachableOf(*command.get_parent());
    options.insert(options.end(), above.begin(), above.end());
  }
  return options;
}

// One line for each option with a value. Of two options with one name the nearer stands first, and
// bash takes the first that matches.
void WriteValues(const CLI::App& command, std::ostream& out) {
  for (const CLI::Option* const option : ReachableOf(command)) {
    if (!TakesValue(*option)) {
      continue;
    }
    std::vector<std::string> patterns;
    for (const std::string& name : NamesOf(*option)) {
      patterns.push_back("'" + PathOf(command) + "|" + name + "'");
    }
    const std::vector<std::string> choices = ChoicesOf(*option);
    out << "    " << Join(patterns, " | ") << ")\n      ";
    if (ValueNameOf(*option) == "FILE") {
      out << R"(mapfile -t COMPREPLY < <(compgen -f -- "$current"))";
    } else {
      out << R"(mapfile -t COMPREPLY < <(compgen -W ")" << Join(choices, " ")
          << R"(" -- "$current"))";
    }
    out << "\n      return ;;\n";
  }
}

void WriteWords(const CLI::App& command, std::ostream& out) {
  std::vector<std::string> words;
  for (const CLI::App* const child : ChildrenOf(command)) {
    words.push_back(child->get_name());
  }
  for (const CLI::Option* const positional : PositionalsOf(command)) {
    const std::vector<std::string> choices = ChoicesOf(*positional);
    words.insert(words.end(), choices.begin(), choices.end());
  }
  for (const CLI::Option* const option : ReachableOf(command)) {
    for (const std::string& name : NamesOf(*option)) {
      words.push_back(name);
    }
  }
  out << "    '" << PathOf(command) << "')\n      words=(" << Join(words, " ") << ") ;;\n";
}

std::string BashCompletion(const CLI::App& app) {
  const std::vector<const CLI::App*> commands = CommandsOf(app);
  std::ostringstream out;
  out << kHead;
  std::vector<std::string> paths;
  for (const CLI::App* const command : commands) {
    if (command->get_parent() != nullptr) {
      paths.push_back("'" + PathOf(*command) + "'");
    }
  }
  out << "      " << Join(paths, " | \\\n      ") << ")\n" << kMiddle;
  for (const CLI::App* const command : commands) {
    WriteValues(*command, out);
  }
  out << kOptions;
  for (const CLI::App* const command : commands) {
    WriteWords(*command, out);
  }
  out << kTail;
  return out.str();
}

}  // namespace

void AddCompletionCommand(CLI::App& app, Context& context) {
  CLI::App* const completion = app.add_subcommand("completion", kAbout);
  completion->require_subcommand(0, 1);
  completion->add_subcommand("bash", "To use it now: source <(portholectl completion bash)")
      ->callback([&app, &context] {
        context.needs_context_file = false;
        context.command = [&app, &context] {
          context.streams.out << BashCompletion(app);
          return absl::OkStatus();
        };
      });
}

}  // namespace porthole::cli

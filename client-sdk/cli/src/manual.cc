#include "command_tree.h"
#include "commands.h"

#include <CLI/Option.hpp>

#include <sstream>

namespace porthole::cli {
namespace {

// When what is written here last changed.
constexpr const char* kDate = "2026-11-22";

constexpr const char* kFiles = R"(.SH FILES
.TP
.I ~/.config/porthole/context.yaml
The context file, where neither \fB\-\-context\fR nor \fBPORTHOLE_CONTEXT\fR names another
.RB ( XDG_CONFIG_HOME
is honoured).
It gives options their values where neither the command line nor the environment does.
Its keys are the names of the options
.BR address ,
.BR ca ,
.BR cert ,
.BR key ,
.BR server\-name ,
.BR plaintext ,
.BR output ,
.BR timeout ,
.B nodes
(a list) and
.BR nodes\-name .
Paths count from the directory of the file.
An unknown key is an error.
.PP
.nf
.RS
address: consoles\-1.example:9443
ca: ca.pem
cert: operator.pem
key: operator.key.pem
nodes: [consoles\-1.example:9443, consoles\-2.example:9443]
.RE
.fi
)";

constexpr const char* kEnd = R"(.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
The node, or a file, said no.
.TP
.B 2
The command line or the context file is wrong; nothing was done.
.TP
.B 3
The node cannot be reached, or did not answer in time.
.SH EXAMPLES
A key for the node, and a link for a person:
.PP
.nf
.RS
portholectl keys put cloud\-1 \-\-generate \-\-save cloud\-1.key
portholectl token mint \-\-key\-id cloud\-1 \-\-key\-file cloud\-1.key \e
    \-\-subject alice \-\-console 5b1f3a0e \-\-target tcp://10.1.34.5:5901 \e
    \-\-base\-url https://consoles.example
.RE
.fi
.PP
Nobody opens this console for ten minutes, and who is there leaves:
.PP
.nf
.RS
portholectl sessions revoke \-\-console 5b1f3a0e \-\-block\-for 10m \e
    \-\-reason \(aqThe machine is being moved.\(aq
.RE
.fi
.PP
The node is taken out of service:
.PP
.nf
.RS
portholectl node drain \-\-deadline 10m \-\-reason \(aqMaintenance at noon.\(aq
.RE
.fi
.SH SEE ALSO
.BR porthole (1)
)";

// Text as roff shows it: nothing in it is a command, and a dash can be copied.
std::string Roff(const std::string& text) {
  std::string escaped;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) {
      escaped += "\\&";
    }
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else if (c == '\'') {
      escaped += "\\(aq";
    } else {
      escaped += c;
    }
    line_begins = c == '\n';
  }
  return escaped;
}

std::string Bold(const std::string& text) {
  return "\\fB" + Roff(text) + "\\fR";
}

std::string Italic(const std::string& text) {
  return "\\fI" + Roff(text) + "\\fR";
}

void WriteOption(const CLI::Option& option, std::ostream& out) {
  out << ".TP\n";
  if (option.get_positional()) {
    out << Italic(option.get_name(true, false));
  }
  std::string between;
  for (const std::string& name : NamesOf(option)) {
    out << between << Bold(name);
    between = ", ";
  }
  if (TakesValue(option) && !option.get_positional()) {
    std::string values;
    for (const std::string& choice : ChoicesOf(option)) {
      values += (values.empty() ? "" : " | ") + Bold(choice);
    }
    out << " " << (values.empty() ? Italic(ValueNameOf(option)) : values);
  }
  out << "\n" << Roff(option.get_description());
  if (!option.get_default_str().empty()) {
    out << ".\nWithout it: " << Bold(option.get_default_str());
  }
  if (option.get_required() && !option.get_positional()) {
    out << ".\nRequired";
  }
  out << ".\n";
}

void WriteOptions(const CLI::App& command, std::ostream& out) {
  for (const CLI::Option* const option : PositionalsOf(command)) {
    WriteOption(*option, out);
  }
  for (const CLI::Option* const option : DashedOf(command)) {
    if (option->get_lnames() != std::vector<std::string>{"help"}) {
      WriteOption(*option, out);
    }
  }
}

void WriteCommand(const CLI::App& command, std::ostream& out) {
  out << ".SS " << Roff(PathOf(command));
  for (const CLI::Option* const positional : PositionalsOf(command)) {
    out << " " << positional->get_name(true, false);
  }
  out << "\n" << Roff(command.get_description()) << ".\n";
  WriteOptions(command, out);
}

void WriteEnvironment(const CLI::App& app, std::ostream& out) {
  out << ".SH ENVIRONMENT\nA variable stands for an option that the command line does not give.\n";
  for (const CLI::App* const command : CommandsOf(app)) {
    for (const CLI::Option* const option : DashedOf(*command)) {
      if (!option->get_envname().empty()) {
        out << ".TP\n.B " << option->get_envname() << "\nAs " << Bold(NamesOf(*option).front())
            << ".\n";
      }
    }
  }
}

std::string Manual(const CLI::App& app) {
  std::ostringstream out;
  out << ".\\\" Printed by: portholectl manual\n"
      << ".TH PORTHOLECTL 1 \"" << kDate << "\" \"Porthole " << PORTHOLE_VERSION
      << "\" \"User Commands\"\n"
      << ".SH NAME\nportholectl \\- control Porthole nodes\n"
      << ".SH SYNOPSIS\n.B portholectl\n.RI [ OPTION ...]\n.I COMMAND\n.RI [ ARGUMENT ...]\n"
      << ".SH DESCRIPTION\n"
      << Roff(app.get_description()) << "\n.SH OPTIONS\n"
      << "They may stand before the command or behind it.\n";
  WriteOptions(app, out);
  out << ".SH COMMANDS\nA TIME is a number and a unit: 500ms, 30s, 10m, 8h or 7d.\n";
  for (const CLI::App* const command : CommandsOf(app)) {
    // Those that only hold others are named by them.
    const bool leaf = ChildrenOf(*command).empty() || command->get_name() == "node" ||
                      !PositionalsOf(*command).empty() || DashedOf(*command).size() > 1;
    if (command->get_parent() != nullptr && leaf) {
      WriteCommand(*command, out);
    }
  }
  WriteEnvironment(app, out);
  out << kFiles << kEnd;
  return out.str();
}

}  // namespace

void AddManualCommand(CLI::App& app, Context& context) {
  // Hidden: who builds packages calls it.
  CLI::App* const manual = app.add_subcommand("manual", "Print the manual page")->group("");
  manual->callback([&app, &context] {
    context.needs_context_file = false;
    context.command = [&app, &context] {
      context.streams.out << Manual(app);
      return absl::OkStatus();
    };
  });
}

}  // namespace porthole::cli

#pragma once

#include <CLI/App.hpp>
#include <absl/status/status.h>

#include <string>

namespace porthole::cli {

// Gives the options of `app` and of its commands that neither the command line nor the environment
// set the values of a context file: a YAML mapping from the options' names, without "--", to their
// values. Paths in it count from its directory.
//
// `path` is what --context or PORTHOLE_CONTEXT said; empty: context.yaml in the person's
// configuration directory (XDG_CONFIG_HOME/porthole or ~/.config/porthole), if it is there.
// Errors: of usage, naming file, line and key, when the file cannot be read, is no such mapping,
// has a key twice or one that is unknown, or a value that the option does not take.
absl::Status ApplyContextFile(CLI::App& app, const std::string& path);

}  // namespace porthole::cli

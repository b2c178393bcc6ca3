#pragma once

#include "config/configuration.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace porthole::config {

// Reads the configuration file at `path`: YAML as proto/porthole/config/v1/config.proto has it, at
// most 1 MiB. What the file does not give has its default, and an empty node_id and 0 workers
// become the host's name and one a core.
//
// The files that settings name (certificates, keys, directories) are not opened here but by those
// who use them; `--check-config` must load the certificates, too.
//
// Errors: NOT_FOUND, PERMISSION_DENIED or UNAVAILABLE when the file cannot be read, with its name;
// INVALID_ARGUMENT with everything that is wrong in it, a line "FILE:LINE: KEY: what is wrong" for
// each of the first 20 problems. How settings fit together is looked at once each of them is right.
absl::StatusOr<Configuration> Load(const std::string& path);

// The same of a text that was read from the file `file`. Does no I/O beyond asking for the host's
// name.
absl::StatusOr<Configuration> Parse(std::string_view text, std::string_view file);

}  // namespace porthole::config

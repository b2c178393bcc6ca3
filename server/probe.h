#pragma once

#include "config/configuration.h"

#include <absl/status/status.h>

#include <cstdint>

namespace porthole {

// What a probe asks of the node that runs with the same configuration, through its admin port.
enum class Probe : std::uint8_t { kLive, kReady };

// Asks /livez or /readyz?verbose, for at most 4 s in all. OK: the node says so.
// Errors: FAILED_PRECONDITION it is not, with the lines that say why; UNAVAILABLE nobody answers;
// DEADLINE_EXCEEDED not in time; INVALID_ARGUMENT the port is the system's choice, or what answers
// is no HTTP.
absl::Status Ask(Probe probe, const config::Admin& admin);

}  // namespace porthole

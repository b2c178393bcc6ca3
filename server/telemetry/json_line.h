#pragma once

#include "base/clock.h"
#include "telemetry/log.h"

#include <span>
#include <string>

namespace porthole::telemetry {

// A line that is one JSON object, without its end: the time in UTC (RFC 3339) with milliseconds,
// then `fields` in their order, every text bounded and made safe as Logger promises.
std::string JsonLine(WallTime time, std::span<const Field> head, std::span<const Field> fields);

}  // namespace porthole::telemetry

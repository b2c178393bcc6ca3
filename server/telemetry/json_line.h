#pragma once

#include "base/clock.h"
#include "telemetry/log.h"

#include <span>
#include <string>

namespace porthole::telemetry {

// Fields as they stand in a line, every text bounded and made safe as Logger promises: made once
// for all lines that have them.
class JsonFields {
 public:
  explicit JsonFields(std::span<const Field> fields);

  // Each with a comma before it.
  const std::string& Text() const { return text_; }

 private:
  std::string text_;
};

// A line that is one JSON object, without its end: the time in UTC (RFC 3339) with milliseconds,
// then `head` and `fields` in their order.
std::string JsonLine(WallTime time, std::span<const Field> head, const JsonFields& fields);

}  // namespace porthole::telemetry

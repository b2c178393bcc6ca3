#pragma once

#include "base/status.h"
#include "config/loader.h"

#include <string>
#include <string_view>

namespace porthole::config {

// What Parse() has against `text` in the file "f.yaml"; empty when nothing.
inline std::string WhyRefused(std::string_view text) {
  const absl::StatusOr<Configuration> parsed = Parse(text, "f.yaml");
  return parsed.ok() ? "" : Message(parsed.status());
}

}  // namespace porthole::config

#pragma once

#include "config/problems.h"

#include <string_view>

namespace porthole::config {

// Whether `text` can be a configuration file at all: at most kMaxFileBytes, UTF-8, no control
// characters but line ends and tabs, no YAML directive. Else adds a problem that says where.
bool IsReadableText(std::string_view text, Problems& problems);

}  // namespace porthole::config

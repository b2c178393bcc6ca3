#pragma once

#include "porthole/config/v1/setting.pb.h"

#include <string>
#include <string_view>

namespace porthole::config {

// What keeps a text that is not empty from having `format`, with an example; empty when nothing
// does.
std::string WhyNot(v1::Format format, std::string_view text);

}  // namespace porthole::config

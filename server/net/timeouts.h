#pragma once

#include "config/configuration.h"

namespace porthole::net {

// The time limits of transports; each is documented in the configuration's schema.
using Timeouts = config::Timeouts;

}  // namespace porthole::net

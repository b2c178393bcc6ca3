#pragma once

#include "config/configuration.h"
#include "config/problems.h"

namespace porthole::config {

// Looks at how settings fit together, each of which is right by itself: listeners that need the
// same address, a certificate without its key, callers with two roles, a default that is not
// allowed.
void CheckFitting(const Configuration& configuration, Problems& problems);

}  // namespace porthole::config

#pragma once

#include "config/configuration.h"
#include "porthole/config/v1/config.pb.h"

namespace porthole::config {

// The plain values of a message that SchemaReader has filled without a problem, so that every text
// has its format. Leaves node_id and workers as they are in the file.
Configuration FromSchema(const v1::Configuration& from);

}  // namespace porthole::config

#pragma once

#include "base/ip_address.h"
#include "base/target.h"
#include "config/configuration.h"

namespace porthole::net {

// Whether `rule` speaks of this target; `address` is null as long as the host is only a name. A
// rule on addresses says nothing of a name before it is resolved; a rule on a name says nothing of
// an address that stands there literally.
bool Speaks(const config::TargetRule& rule, const Target& target, const IpAddress* address);

}  // namespace porthole::net

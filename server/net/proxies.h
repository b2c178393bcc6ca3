#pragma once

#include "base/ip_address.h"
#include "config/configuration.h"

namespace porthole::net {

// The proxies in front of a listener, and how they name their clients.
using Proxies = config::ListenerProxies;

// Whether `address` is one of them.
bool IsProxy(const Proxies& proxies, const IpAddress& address);

}  // namespace porthole::net

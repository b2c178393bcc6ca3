#pragma once

#include "base/ip_address.h"
#include "net/http.h"
#include "net/proxies.h"

namespace porthole::front {

// Whose request this is: `peer`, or where that is one of the `proxies` (null: there are none), the
// rightmost address of their header that is not (design, section 5). A hop that names nobody, with
// "unknown", say, ends the way: the proxy that said so counts as the client.
IpAddress ClientAddress(const net::HttpRequest& request,
                        const IpAddress& peer,
                        const net::Proxies* proxies);

}  // namespace porthole::front

#pragma once

#include "net/http_connection.h"
#include "net/transport.h"

#include <memory>

namespace porthole::net {

// The one HttpConnection there is. `tls` is null for a plain listener; `timeouts` and `worker` must
// outlive it. Internal to net/.
std::unique_ptr<HttpConnection> MakeHttpConnection(Transport transport,
                                                   IpAddress peer,
                                                   std::shared_ptr<const TlsContext> tls,
                                                   std::shared_ptr<const Proxies> proxies,
                                                   Worker& worker,
                                                   const Timeouts& timeouts);

}  // namespace porthole::net

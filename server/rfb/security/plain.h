#pragma once

#include "rfb/security/security_type.h"

namespace porthole::rfb {

// VeNCrypt's Plain (256), and inside TLS TLSPlain (259) and X509Plain (262): the user name and the
// password as they are.
net::Awaitable<absl::Status> AuthenticatePlain(SecurityExchange exchange);

}  // namespace porthole::rfb

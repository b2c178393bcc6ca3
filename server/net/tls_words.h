#pragma once

#include <openssl/types.h>

namespace porthole::net {

// Whether the other end of a client's connection asked for a certificate. Internal to net/.
bool AskedForCertificate(const SSL* tls);

}  // namespace porthole::net

#pragma once

#include "rfb/security/security_type.h"

namespace porthole::rfb {

// Security type SASL (20), as QEMU and gtk-vnc speak it (rfbproto, "SASL"): the host lists
// mechanisms, then both exchange tokens until the host says that it is complete. A token's length
// counts a NUL behind it; 0 is no token. Also inside VeNCrypt's TLSSASL and X509SASL.
//
// Errors, beside SecurityType's: FAILED_PRECONDITION no mechanism in common; UNAUTHENTICATED the
// host hung up on the credentials, as QEMU does; ABORTED it cannot show that it knows the password.
//
// PLAIN hands out the password: AuthenticateSasl() takes it only inside verified TLS, the other one
// anywhere, where the host knows none of SCRAM's.
net::Awaitable<absl::Status> AuthenticateSasl(SecurityExchange exchange);
net::Awaitable<absl::Status> AuthenticateSaslPlain(SecurityExchange exchange);

// The dialogue alone. Both arguments outlive it.
net::Awaitable<absl::Status> SpeakSasl(net::ByteStream& host,
                                       const HostCredentials& credentials,
                                       bool plain_may_be);

}  // namespace porthole::rfb

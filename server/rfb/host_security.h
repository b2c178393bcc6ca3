#pragma once

#include "net/byte_stream.h"
#include "rfb/host_credentials.h"
#include "rfb/protocol_version.h"

#include <absl/status/statusor.h>

#include <string_view>

namespace porthole::rfb {

// The security part of the dialogue with a host, SecurityResult included (RFC 6143, sections 7.1.2
// and 7.1.3). Gives the name of the type that both agreed on. Errors: as GreetHost().
net::Awaitable<absl::StatusOr<std::string_view>> IdentifyAtHost(net::ByteStream& host,
                                                                ProtocolVersion version,
                                                                const HostCredentials& credentials);

}  // namespace porthole::rfb

#pragma once

#include "net/byte_stream.h"
#include "rfb/host_access.h"
#include "rfb/protocol_version.h"

#include <absl/status/statusor.h>

#include <memory>
#include <string>

namespace porthole::rfb {

// How a host let us in.
struct Identified {
  std::string security_type;  // by its name; "TightNone" or "TightVncAuth" inside Tight
  bool by_tight = false;      // the host has more to say after ServerInit
};

// The security part of the dialogue with a host, SecurityResult included (RFC 6143, sections 7.1.2
// and 7.1.3). Errors: as GreetHost().
net::Awaitable<absl::StatusOr<Identified>> IdentifyAtHost(std::unique_ptr<net::ByteStream>& host,
                                                          ProtocolVersion version,
                                                          const HostAccess& access);

}  // namespace porthole::rfb

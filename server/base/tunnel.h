#pragma once

#include "base/secret.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace porthole {

// A way through somebody else's HTTP server: it is asked to CONNECT and passes bytes on from then.
struct Tunnel {
  bool tls = false;
  std::string host;  // a name or a literal address without brackets
  std::uint16_t port = 0;
  // What is asked for; empty: the target's address and port, as of a web proxy. XenServer's
  // consoles are at paths such as "/console?uuid=…".
  Secret path;
  // The value of the header Cookie, such as "session_id=OpaqueRef:…"; empty: none.
  Secret cookie;

  friend bool operator==(const Tunnel& a, const Tunnel& b) {
    return a.tls == b.tls && a.host == b.host && a.port == b.port &&
           a.path.Reveal() == b.path.Reveal() && a.cookie.Reveal() == b.cookie.Reveal();
  }
};

// Reads "http://host[:port]" or "https://host[:port]"; a final "/" may follow, nothing else, and
// there is no user information. Errors: INVALID_ARGUMENT, saying what is wrong.
absl::StatusOr<Tunnel> ParseTunnelUrl(std::string_view url);

// Its one spelling without its secrets: "https://xen-1.example:443".
std::string ToString(const Tunnel& tunnel);

// Why `path` cannot be asked for in a request's first line, or `cookie` not stand in a header, or
// both do not go together; empty when all is well. Never their text.
std::string WhyNotAskedFor(const Tunnel& tunnel);

}  // namespace porthole

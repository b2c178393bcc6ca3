#pragma once

#include "rfb/host_credentials.h"
#include "rfb/host_tls.h"

#include <cstdint>
#include <string>
#include <vector>

namespace porthole::rfb {

// What a token demands of the way to its host (console.tls.mode; design, section 4.1).
enum class TlsDemand : std::uint8_t {
  kDisable,  // no TLS, although the host may offer it
  kPrefer,   // the first of the enabled types that the host offers
  kRequire,  // only what proves whom we speak to: a verified certificate or a pinned key
};

// Which security types may be agreed on with a host.
struct HostSecurityRules {
  std::vector<std::string> enabled;  // by name, the most wanted first; unknown names are no types
  TlsDemand tls = TlsDemand::kPrefer;
  std::string host_key_sha256;  // hex of the host's pinned RSA key; empty: none
  // Whether the stream to the host runs in TLS already whose certificate was verified (wss).
  bool in_verified_tls = false;
};

// What a dialogue needs to get in at a host.
struct HostAccess {
  HostCredentials credentials;
  HostSecurityRules rules;
  HostTls& tls;  // outlives the dialogue
};

}  // namespace porthole::rfb

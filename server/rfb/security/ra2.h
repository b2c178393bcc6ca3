#pragma once

#include "rfb/host_credentials.h"
#include "rfb/security/rsa_key.h"
#include "rfb/security/security_type.h"

#include <memory>
#include <string_view>
#include <thread>

namespace porthole::rfb {

// Security types RA2 (5), RA2ne (6), RA2_256 (129) and RA2ne_256 (130) (rfbproto, "RSA-AES Security
// Type" and the three that follow): an RSA key exchange, then user name and password inside AES in
// EAX mode. RA2 and RA2_256 leave the stream encrypted from SecurityResult on; the "ne" ones
// encrypt the dialogue alone.
//
// Errors, beside SecurityType's: ABORTED the host's key is not the one that the token pins, or not
// the host's own; UNAUTHENTICATED the host asks for what the token has not.
net::Awaitable<absl::Status> AuthenticateRa2(SecurityExchange exchange);
net::Awaitable<absl::Status> AuthenticateRa2ne(SecurityExchange exchange);
net::Awaitable<absl::Status> AuthenticateRa2Of256(SecurityExchange exchange);
net::Awaitable<absl::Status> AuthenticateRa2neOf256(SecurityExchange exchange);

// Makes the key that this process shows to all hosts, 0.1 to 0.5 s of work, on a thread of its own.
// Without it the first session of these types makes it, and its worker stands still meanwhile.
std::jthread PrepareRa2();

// What tells the four apart.
struct Ra2Kind {
  std::size_t key_bytes;  // 16: AES-128 and SHA-1; 32: AES-256 and SHA-256
  bool whole_stream;
};

// One dialogue. All but `host` outlive it.
struct Ra2Exchange {
  std::unique_ptr<net::ByteStream>& host;  // wrapped when this is over, if the kind says so
  const HostCredentials& credentials;
  std::string_view pin;  // RsaHostKey::Sha256() of the only host key to take; empty: any
  const RsaOwnKey& own_key;
  const SecretBytes& random;  // ours, as many bytes as the kind's key
};
net::Awaitable<absl::Status> SpeakRa2(Ra2Exchange exchange, Ra2Kind kind);

}  // namespace porthole::rfb

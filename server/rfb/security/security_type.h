#pragma once

#include "net/byte_stream.h"
#include "rfb/host_access.h"

#include <absl/status/status.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace porthole::rfb {

// What a security type's dialogue works with. All of it outlives the dialogue.
struct SecurityExchange {
  // A type may put another stream around it, through which everything that follows passes. Never
  // null across an await: a time limit may close it meanwhile.
  std::unique_ptr<net::ByteStream>& host;
  const HostAccess& access;
  bool in_verified_tls = false;  // whether we know already, by a certificate, whom we speak to
};

enum class CredentialNeeds : std::uint8_t { kNothing, kPassword, kUsernameAndPassword };

// What keeps whoever sits in between from reading along.
enum class Protection : std::uint8_t {
  kNone,
  kAnonymousTls,  // only from those who just listen
  kPinnedKey,     // encrypted for the key that the token pins; only with such a pin
  kVerifiedTls,
};

// VeNCrypt's subtypes have the numbers from here on; they are offered only inside security type 19.
inline constexpr std::uint32_t kFirstVeNCryptSubtype = 256;

// One way to identify oneself at a host (RFC 6143, section 7.2, and IANA's registry).
struct SecurityType {
  std::uint32_t number;
  std::string_view name;  // in the configuration, logs, metrics and the control API
  Protection protection;  // VeNCrypt starts the TLS before `authenticate`
  CredentialNeeds needs;  // checked before the type is chosen
  bool result_always;     // SecurityResult follows in 3.3 and 3.7, too
  // From the type's choice (inside TLS: from the handshake's end) up to SecurityResult, which is
  // not its own. Errors: ABORTED the host does not prove who it is; UNAUTHENTICATED it says no to
  // the credentials; INVALID_ARGUMENT it breaks the protocol; others as ByteStream has them.
  net::Awaitable<absl::Status> (*authenticate)(SecurityExchange exchange);
};

// Every type that is spoken. Which of them may be used, and in which order, say HostSecurityRules.
std::span<const SecurityType> SecurityTypes();

// The type of that number; nullptr when it is not spoken.
const SecurityType* TypeOf(std::uint32_t number);

// UNAUTHENTICATED when `credentials` lack what `type` needs.
absl::Status CheckNeeds(const SecurityType& type, const HostCredentials& credentials);

}  // namespace porthole::rfb

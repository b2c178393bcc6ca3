#pragma once

#include "net/byte_stream.h"
#include "rfb/host_credentials.h"

#include <absl/status/status.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace porthole::rfb {

// What a security type's dialogue works with. Both outlive it.
struct SecurityExchange {
  net::ByteStream& host;
  const HostCredentials& credentials;
};

enum class CredentialNeeds : std::uint8_t { kNothing, kPassword };

// One way to identify oneself at a host (RFC 6143, section 7.2).
struct SecurityType {
  std::uint32_t number;
  std::string_view name;  // in logs, metrics and the control API
  CredentialNeeds needs;  // checked before `authenticate`
  bool result_always;     // SecurityResult follows in 3.3 and 3.7, too
  // From the type's choice up to SecurityResult, which is not its own. Errors: INVALID_ARGUMENT the
  // host breaks the protocol; others as ByteStream has them.
  net::Awaitable<absl::Status> (*authenticate)(SecurityExchange exchange);
};

// Every type that is spoken, strongest first: the order is the preference.
std::span<const SecurityType> SecurityTypes();

// The strongest of the types that a host offers; nullptr when none is spoken.
const SecurityType* StrongestOf(std::span<const std::uint8_t> offered);

// UNAUTHENTICATED when `credentials` lack what `type` needs.
absl::Status CheckNeeds(const SecurityType& type, const HostCredentials& credentials);

}  // namespace porthole::rfb

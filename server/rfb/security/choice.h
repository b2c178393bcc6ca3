#pragma once

#include "rfb/security/security_type.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace porthole::rfb {

// Security types that hold others: chosen first, the way in is agreed on inside.
inline constexpr std::uint32_t kTightSecurity = 16;
inline constexpr std::uint32_t kVeNCrypt = 19;

// Whether `type` may also be agreed on inside Tight.
bool MayBeInTight(const SecurityType& type);

// The types that the rules allow, the most wanted first.
using Permitted = std::vector<const SecurityType*>;
Permitted PermittedBy(const HostSecurityRules& rules);

// Which of `offered` to ask for: a type, or one that may hold the most wanted one. What a host
// offers beside it is no way out if it fails: whoever sits in between could make it fail.
// Errors: ABORTED the token requires what is not among them; FAILED_PRECONDITION nothing that both
// know and that is permitted; both list what the host offers.
absl::StatusOr<std::uint32_t> ChooseNumber(const Permitted& permitted,
                                           std::span<const std::uint32_t> offered,
                                           const HostAccess& access);

// The most wanted of `permitted` that is itself among `offered`. A type that wants a user name that
// the token lacks makes room for one that protects as well. Errors: as ChooseNumber().
absl::StatusOr<const SecurityType*> ChooseType(const Permitted& permitted,
                                               std::span<const std::uint32_t> offered,
                                               const HostAccess& access);

}  // namespace porthole::rfb

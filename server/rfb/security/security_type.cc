#include "rfb/security/security_type.h"

#include "rfb/security/none.h"
#include "rfb/security/vnc_auth.h"

#include <algorithm>
#include <array>

namespace porthole::rfb {
namespace {

constexpr std::array<SecurityType, 2> kTypes{{
    {.number = 2,
     .name = "VncAuth",
     .needs = CredentialNeeds::kPassword,
     .result_always = true,
     .authenticate = AuthenticateVncAuth},
    {.number = 1,
     .name = "None",
     .needs = CredentialNeeds::kNothing,
     .result_always = false,
     .authenticate = AuthenticateNone},
}};

}  // namespace

std::span<const SecurityType> SecurityTypes() {
  return kTypes;
}

const SecurityType* StrongestOf(std::span<const std::uint8_t> offered) {
  const auto* const found = std::ranges::find_if(kTypes, [offered](const SecurityType& type) {
    return std::ranges::find(offered, type.number) != offered.end();
  });
  return found == kTypes.end() ? nullptr : &*found;
}

absl::Status CheckNeeds(const SecurityType& type, const HostCredentials& credentials) {
  if (type.needs == CredentialNeeds::kPassword && credentials.password.Empty()) {
    return absl::UnauthenticatedError("the host asks for a password, but the token has none");
  }
  return absl::OkStatus();
}

}  // namespace porthole::rfb

#include "rfb/security/security_type.h"

#include "rfb/security/none.h"
#include "rfb/security/plain.h"
#include "rfb/security/vnc_auth.h"

#include <algorithm>
#include <array>

namespace porthole::rfb {
namespace {

constexpr std::array<SecurityType, 9> kTypes{{
    {.number = 1,
     .name = "None",
     .protection = Protection::kNone,
     .needs = CredentialNeeds::kNothing,
     .result_always = false,
     .authenticate = AuthenticateNone},
    {.number = 2,
     .name = "VncAuth",
     .protection = Protection::kNone,
     .needs = CredentialNeeds::kPassword,
     .result_always = true,
     .authenticate = AuthenticateVncAuth},
    {.number = 256,
     .name = "Plain",
     .protection = Protection::kNone,
     .needs = CredentialNeeds::kUsernameAndPassword,
     .result_always = true,
     .authenticate = AuthenticatePlain},
    {.number = 257,
     .name = "TLSNone",
     .protection = Protection::kAnonymousTls,
     .needs = CredentialNeeds::kNothing,
     .result_always = false,
     .authenticate = AuthenticateNone},
    {.number = 258,
     .name = "TLSVnc",
     .protection = Protection::kAnonymousTls,
     .needs = CredentialNeeds::kPassword,
     .result_always = true,
     .authenticate = AuthenticateVncAuth},
    {.number = 259,
     .name = "TLSPlain",
     .protection = Protection::kAnonymousTls,
     .needs = CredentialNeeds::kUsernameAndPassword,
     .result_always = true,
     .authenticate = AuthenticatePlain},
    {.number = 260,
     .name = "X509None",
     .protection = Protection::kVerifiedTls,
     .needs = CredentialNeeds::kNothing,
     .result_always = false,
     .authenticate = AuthenticateNone},
    {.number = 261,
     .name = "X509Vnc",
     .protection = Protection::kVerifiedTls,
     .needs = CredentialNeeds::kPassword,
     .result_always = true,
     .authenticate = AuthenticateVncAuth},
    {.number = 262,
     .name = "X509Plain",
     .protection = Protection::kVerifiedTls,
     .needs = CredentialNeeds::kUsernameAndPassword,
     .result_always = true,
     .authenticate = AuthenticatePlain},
}};

}  // namespace

std::span<const SecurityType> SecurityTypes() {
  return kTypes;
}

const SecurityType* TypeOf(std::uint32_t number) {
  const auto* const found = std::ranges::find(kTypes, number, &SecurityType::number);
  return found == kTypes.end() ? nullptr : &*found;
}

absl::Status CheckNeeds(const SecurityType& type, const HostCredentials& credentials) {
  if (type.needs == CredentialNeeds::kUsernameAndPassword && credentials.username.empty()) {
    return absl::UnauthenticatedError("the host asks for a user name, but the token has none");
  }
  if (type.needs != CredentialNeeds::kNothing && credentials.password.Empty()) {
    return absl::UnauthenticatedError("the host asks for a password, but the token has none");
  }
  return absl::OkStatus();
}

}  // namespace porthole::rfb

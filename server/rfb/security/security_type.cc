#include "rfb/security/security_type.h"

#include "rfb/security/ard.h"
#include "rfb/security/ms_logon.h"
#include "rfb/security/none.h"
#include "rfb/security/plain.h"
#include "rfb/security/ra2.h"
#include "rfb/security/sasl.h"
#include "rfb/security/vnc_auth.h"

#include <algorithm>
#include <array>

namespace porthole::rfb {
namespace {

// Where a number has two names, the second is the one that gives the password to whoever asks:
// hosts whose RSA key no token pins, and SASL's PLAIN. VeNCrypt's SASL types have the numbers that
// QEMU, their only host, gives them; gtk-vnc's are the other way round.
constexpr std::array<SecurityType, 22> kTypes{{
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
    {.number = 5,
     .name = "RA2",
     .protection = Protection::kPinnedKey,
     .needs = CredentialNeeds::kPassword,
     .result_always = true,
     .authenticate = AuthenticateRa2},
    {.number = 5,
     .name = "RA2AnyKey",
     .protection = Protection::kNone,
     .needs = CredentialNeeds::kPassword,
     .result_always = true,
     .authenticate = AuthenticateRa2},
    {.number = 6,
     .name = "RA2ne",
     .protection = Protection::kNone,
     .needs = CredentialNeeds::kPassword,
     .result_always = true,
     .authenticate = AuthenticateRa2ne},
    {.number = 20,
     .name = "SASL",
     .protection = Protection::kNone,
     .needs = CredentialNeeds::kUsernameAndPassword,
     .result_always = true,
     .authenticate = AuthenticateSasl},
    {.number = 20,
     .name = "SASLPlain",
     .protection = Protection::kNone,
     .needs = CredentialNeeds::kUsernameAndPassword,
     .result_always = true,
     .authenticate = AuthenticateSaslPlain},
    {.number = 30,
     .name = "ARD",
     .protection = Protection::kNone,
     .needs = CredentialNeeds::kUsernameAndPassword,
     .result_always = true,
     .authenticate = AuthenticateArd},
    {.number = 113,
     .name = "MSLogonII",
     .protection = Protection::kNone,
     .needs = CredentialNeeds::kUsernameAndPassword,
     .result_always = true,
     .authenticate = AuthenticateMsLogon},
    {.number = 129,
     .name = "RA2_256",
     .protection = Protection::kPinnedKey,
     .needs = CredentialNeeds::kPassword,
     .result_always = true,
     .authenticate = AuthenticateRa2Of256},
    {.number = 129,
     .name = "RA2_256AnyKey",
     .protection = Protection::kNone,
     .needs = CredentialNeeds::kPassword,
     .result_always = true,
     .authenticate = AuthenticateRa2Of256},
    {.number = 130,
     .name = "RA2ne_256",
     .protection = Protection::kNone,
     .needs = CredentialNeeds::kPassword,
     .result_always = true,
     .authenticate = AuthenticateRa2neOf256},
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
    {.number = 263,
     .name = "X509SASL",
     .protection = Protection::kVerifiedTls,
     .needs = CredentialNeeds::kUsernameAndPassword,
     .result_always = true,
     .authenticate = AuthenticateSasl},
    {.number = 264,
     .name = "TLSSASL",
     .protection = Protection::kAnonymousTls,
     .needs = CredentialNeeds::kUsernameAndPassword,
     .result_always = true,
     .authenticate = AuthenticateSasl},
    {.number = 264,
     .name = "TLSSASLPlain",
     .protection = Protection::kAnonymousTls,
     .needs = CredentialNeeds::kUsernameAndPassword,
     .result_always = true,
     .authenticate = AuthenticateSaslPlain},
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

#include "rfb/security/choice.h"

#include "base/status.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace porthole::rfb {
namespace {

bool Among(std::span<const std::uint32_t> offered, std::uint32_t number) {
  return std::ranges::find(offered, number) != offered.end();
}

bool IsTls(Protection protection) {
  return protection == Protection::kAnonymousTls || protection == Protection::kVerifiedTls;
}

bool IsPermitted(const SecurityType& type, const HostSecurityRules& rules) {
  if (type.protection == Protection::kPinnedKey && rules.host_key_sha256.empty()) {
    return false;
  }
  switch (rules.tls) {
    case TlsDemand::kDisable:
      return !IsTls(type.protection);
    case TlsDemand::kRequire:
      return rules.in_verified_tls || type.protection == Protection::kVerifiedTls ||
             type.protection == Protection::kPinnedKey;
    case TlsDemand::kPrefer:
      break;
  }
  return true;
}

// What is asked for to get at `type`, of what the host offers; 0 for nothing. TightVNC's way is
// only for hosts that have no other: it has more to say and protects no better.
std::uint32_t WayTo(const SecurityType& type, std::span<const std::uint32_t> offered) {
  if (type.number >= kFirstVeNCryptSubtype) {
    return Among(offered, kVeNCrypt) ? kVeNCrypt : 0;
  }
  if (Among(offered, type.number)) {
    return type.number;
  }
  return MayBeInTight(type) && Among(offered, kTightSecurity) ? kTightSecurity : 0;
}

std::string NameOf(std::uint32_t number) {
  if (number == kTightSecurity) {
    return "Tight";
  }
  if (number == kVeNCrypt) {
    return "VeNCrypt";
  }
  const SecurityType* const type = TypeOf(number);
  return type == nullptr ? std::to_string(number) : std::string(type->name);
}

absl::Status NothingInCommon(std::span<const std::uint32_t> offered, const HostAccess& access) {
  std::string names;
  for (const std::uint32_t number : offered) {
    names += (names.empty() ? "" : ", ") + NameOf(number);
  }
  if (access.rules.tls == TlsDemand::kRequire) {
    return Error(absl::StatusCode::kAborted,
                 "the token requires TLS with a verified certificate (or a pinned host key), "
                 "which the host does not offer; it offers " +
                     names);
  }
  return Error(absl::StatusCode::kFailedPrecondition,
               "no security type in common that is enabled for this host; it offers " + names);
}

}  // namespace

bool MayBeInTight(const SecurityType& type) {
  return type.number == 1 || type.number == 2;
}

Permitted PermittedBy(const HostSecurityRules& rules) {
  Permitted permitted;
  for (const std::string& name : rules.enabled) {
    const std::span<const SecurityType> types = SecurityTypes();
    const auto found = std::ranges::find(types, std::string_view(name), &SecurityType::name);
    if (found != types.end() && IsPermitted(*found, rules)) {
      permitted.push_back(&*found);
    }
  }
  return permitted;
}

absl::StatusOr<std::uint32_t> ChooseNumber(const Permitted& permitted,
                                           std::span<const std::uint32_t> offered,
                                           const HostAccess& access) {
  for (const SecurityType* const type : permitted) {
    const std::uint32_t way = WayTo(*type, offered);
    if (way != 0 && way != type->number) {
      return way;
    }
    if (way != 0) {
      break;
    }
  }
  const absl::StatusOr<const SecurityType*> chosen = ChooseType(permitted, offered, access);
  if (!chosen.ok()) {
    return chosen.status();
  }
  return (*chosen)->number;
}

absl::StatusOr<const SecurityType*> ChooseType(const Permitted& permitted,
                                               std::span<const std::uint32_t> offered,
                                               const HostAccess& access) {
  const auto is_offered = [offered](const SecurityType* type) {
    return Among(offered, type->number);
  };
  const auto first = std::ranges::find_if(permitted, is_offered);
  if (first == permitted.end()) {
    return NothingInCommon(offered, access);
  }
  const auto fits = [&](const SecurityType* type) {
    return is_offered(type) && type->protection == (*first)->protection &&
           type->needs != CredentialNeeds::kUsernameAndPassword;
  };
  const bool lacks_name = (*first)->needs == CredentialNeeds::kUsernameAndPassword &&
                          access.credentials.username.empty();
  const auto other = lacks_name ? std::ranges::find_if(permitted, fits) : permitted.end();
  return other == permitted.end() ? *first : *other;
}

}  // namespace porthole::rfb

#include "rfb/host_security.h"

#include "base/status.h"
#include "rfb/failed_type.h"
#include "rfb/security/choice.h"
#include "rfb/security/security_type.h"
#include "rfb/security/tight.h"
#include "rfb/security/vencrypt.h"
#include "rfb/wire.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace porthole::rfb {
namespace {

constexpr std::size_t kMaxReasonBytes = 4096;

// What a "no" of the host is about.
struct No {
  absl::StatusCode code;
  std::string words;
};

// The host let nobody try.
No ToAnybody() {
  return {absl::StatusCode::kPermissionDenied, "the host refuses the connection"};
}

// Reads the reason that follows a "no" of the host. A host that hangs up instead of giving its
// reason has said no all the same.
net::Awaitable<absl::Status> ReadRefusal(net::ByteStream& host, No no) {
  const absl::StatusOr<std::string> reason = co_await ReadText(host, kMaxReasonBytes, "a reason");
  const bool hung_up = absl::IsOutOfRange(reason.status()) || absl::IsUnavailable(reason.status());
  if (!reason.ok() && !hung_up) {
    co_return Annotate(reason.status(), no.words);
  }
  if (reason.ok() && !reason->empty()) {
    no.words += ": " + *reason;
  }
  co_return Error(no.code, no.words);
}

// In 3.3 the host decides: one number, 0 for "no" (section 7.1.2).
net::Awaitable<absl::StatusOr<std::uint32_t>> ReadNumberOf33(net::ByteStream& host,
                                                             const Permitted& permitted,
                                                             const HostAccess& access) {
  const absl::StatusOr<std::uint32_t> number = co_await ReadU32(host);
  if (!number.ok()) {
    co_return number.status();
  }
  if (*number == 0) {
    co_return co_await ReadRefusal(host, ToAnybody());
  }
  if (*number >= kFirstVeNCryptSubtype) {
    co_return Error(
        absl::StatusCode::kFailedPrecondition,
        "no security type has the number " + std::to_string(*number) + " that the host demands");
  }
  const absl::StatusOr<const SecurityType*> type = ChooseType(permitted, {&*number, 1}, access);
  co_return type.ok() ? absl::StatusOr<std::uint32_t>(*number) : type.status();
}

// From 3.7 on the host lists types, none for "no", and the client chooses.
net::Awaitable<absl::StatusOr<std::uint32_t>> ChooseFromList(net::ByteStream& host,
                                                             const Permitted& permitted,
                                                             const HostAccess& access) {
  const absl::StatusOr<std::uint8_t> count = co_await ReadU8(host);
  if (!count.ok()) {
    co_return count.status();
  }
  if (*count == 0) {
    co_return co_await ReadRefusal(host, ToAnybody());
  }
  std::vector<std::uint8_t> listed(*count);
  absl::Status read = co_await ReadExact(host, listed);
  if (!read.ok()) {
    co_return read;
  }
  const std::vector<std::uint32_t> offered(listed.begin(), listed.end());
  const absl::StatusOr<std::uint32_t> number = ChooseNumber(permitted, offered, access);
  if (!number.ok()) {
    co_return number.status();
  }
  // Looked at before the choice is sent: a host may count an attempt as soon as it begins.
  if (const SecurityType* const type = TypeOf(*number); type != nullptr) {
    if (const absl::Status needs = CheckNeeds(*type, access.credentials); !needs.ok()) {
      co_return AtType(Annotate(needs, type->name), type->name);
    }
  }
  const absl::Status chosen = co_await WriteU8(host, static_cast<std::uint8_t>(*number));
  co_return chosen.ok() ? number : absl::StatusOr<std::uint32_t>(chosen);
}

net::Awaitable<absl::Status> ReadResult(net::ByteStream& host,
                                        ProtocolVersion version,
                                        const SecurityType& type) {
  const absl::StatusOr<std::uint32_t> result = co_await ReadU32(host);
  if (!result.ok()) {
    co_return result.status();
  }
  if (*result == 0) {
    co_return absl::OkStatus();
  }
  if (*result > 2) {
    co_return Error(absl::StatusCode::kInvalidArgument,
                    "SecurityResult " + std::to_string(*result) + " has no meaning");
  }
  No no = type.needs == CredentialNeeds::kNothing
              ? ToAnybody()
              : No{absl::StatusCode::kUnauthenticated, "the host refuses the credentials"};
  if (*result == 2) {
    no.words += " after too many attempts";
  }
  if (version < ProtocolVersion::k38) {
    co_return Error(no.code, no.words);
  }
  co_return co_await ReadRefusal(host, std::move(no));
}

net::Awaitable<absl::StatusOr<const SecurityType*>> Enter(std::uint32_t number,
                                                          SecurityExchange exchange,
                                                          const Permitted& permitted) {
  if (number == kVeNCrypt) {
    const auto inside = co_await EnterVeNCrypt(exchange, permitted);
    co_return inside.ok() ? inside : AtType(inside.status(), "VeNCrypt");
  }
  if (number == kTightSecurity) {
    const auto inside = co_await EnterTight(exchange, permitted);
    co_return inside.ok() ? inside : AtType(inside.status(), "Tight");
  }
  // One number may have two names, of which the configuration permits one.
  const auto type = std::ranges::find_if(
      permitted, [number](const SecurityType* known) { return known->number == number; });
  const absl::Status needs = CheckNeeds(**type, exchange.access.credentials);
  if (!needs.ok()) {
    co_return AtType(Annotate(needs, (*type)->name), (*type)->name);
  }
  co_return *type;
}

net::Awaitable<absl::Status> RunType(SecurityExchange exchange,
                                     ProtocolVersion version,
                                     const SecurityType& type) {
  exchange.in_verified_tls =
      exchange.in_verified_tls || type.protection == Protection::kVerifiedTls;
  absl::Status authenticated = co_await type.authenticate(exchange);
  if (!authenticated.ok()) {
    co_return authenticated;
  }
  if (version == ProtocolVersion::k38 || type.result_always) {
    co_return co_await ReadResult(*exchange.host, version, type);
  }
  co_return absl::OkStatus();
}

net::Awaitable<absl::StatusOr<std::uint32_t>> AgreeOnNumber(net::ByteStream& host,
                                                            ProtocolVersion version,
                                                            const Permitted& permitted,
                                                            const HostAccess& access) {
  if (version == ProtocolVersion::k33) {
    co_return co_await ReadNumberOf33(host, permitted, access);
  }
  co_return co_await ChooseFromList(host, permitted, access);
}

}  // namespace

net::Awaitable<absl::StatusOr<Identified>> IdentifyAtHost(std::unique_ptr<net::ByteStream>& host,
                                                          ProtocolVersion version,
                                                          const HostAccess& access) {
  const Permitted permitted = PermittedBy(access.rules);
  const absl::StatusOr<std::uint32_t> number =
      co_await AgreeOnNumber(*host, version, permitted, access);
  if (!number.ok()) {
    co_return number.status();
  }
  const SecurityExchange exchange{
      .host = host, .access = access, .in_verified_tls = access.rules.in_verified_tls};
  const absl::StatusOr<const SecurityType*> type = co_await Enter(*number, exchange, permitted);
  if (!type.ok()) {
    co_return type.status();
  }
  const bool by_tight = *number == kTightSecurity;
  const std::string name = (by_tight ? "Tight" : "") + std::string((*type)->name);
  const absl::Status identified = co_await RunType(exchange, version, **type);
  if (!identified.ok()) {
    co_return AtType(Annotate(identified, name), name);
  }
  co_return Identified{.security_type = name, .by_tight = by_tight};
}

}  // namespace porthole::rfb

#include "rfb/host_security.h"

#include "base/status.h"
#include "rfb/security/security_type.h"
#include "rfb/wire.h"

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

absl::Status NothingInCommon(std::span<const std::uint8_t> offered) {
  std::string numbers;
  for (const std::uint8_t number : offered) {
    numbers += (numbers.empty() ? "" : ", ") + std::to_string(number);
  }
  return Error(absl::StatusCode::kFailedPrecondition,
               "no security type in common; the host offers " + numbers);
}

// In 3.3 the host decides: one number, 0 for "no" (section 7.1.2).
net::Awaitable<absl::StatusOr<const SecurityType*>> ReadTypeOf33(net::ByteStream& host) {
  const absl::StatusOr<std::uint32_t> number = co_await ReadU32(host);
  if (!number.ok()) {
    co_return number.status();
  }
  if (*number == 0) {
    co_return co_await ReadRefusal(host, ToAnybody());
  }
  const auto narrow = static_cast<std::uint8_t>(*number);
  const SecurityType* type = *number == narrow ? StrongestOf({&narrow, 1}) : nullptr;
  if (type == nullptr) {
    co_return Error(absl::StatusCode::kFailedPrecondition,
                    "no security type in common; the host offers " + std::to_string(*number));
  }
  co_return type;
}

// From 3.7 on the host lists types, none for "no", and the client chooses.
net::Awaitable<absl::StatusOr<const SecurityType*>> ChooseType(net::ByteStream& host) {
  const absl::StatusOr<std::uint8_t> count = co_await ReadU8(host);
  if (!count.ok()) {
    co_return count.status();
  }
  if (*count == 0) {
    co_return co_await ReadRefusal(host, ToAnybody());
  }
  std::vector<std::uint8_t> offered(*count);
  absl::Status read = co_await ReadExact(host, offered);
  if (!read.ok()) {
    co_return read;
  }
  const SecurityType* type = StrongestOf(offered);
  if (type == nullptr) {
    co_return NothingInCommon(offered);
  }
  co_return type;
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

net::Awaitable<absl::Status> RunType(net::ByteStream& host,
                                     ProtocolVersion version,
                                     const SecurityType& type,
                                     const HostCredentials& credentials) {
  // Looked at before the choice is sent: a host may count an attempt as soon as it begins.
  absl::Status needs = CheckNeeds(type, credentials);
  if (!needs.ok()) {
    co_return needs;
  }
  if (version != ProtocolVersion::k33) {
    absl::Status chosen = co_await WriteU8(host, static_cast<std::uint8_t>(type.number));
    if (!chosen.ok()) {
      co_return chosen;
    }
  }
  absl::Status authenticated =
      co_await type.authenticate({.host = host, .credentials = credentials});
  if (!authenticated.ok()) {
    co_return authenticated;
  }
  if (version == ProtocolVersion::k38 || type.result_always) {
    co_return co_await ReadResult(host, version, type);
  }
  co_return absl::OkStatus();
}

}  // namespace

net::Awaitable<absl::StatusOr<std::string_view>> IdentifyAtHost(
    net::ByteStream& host, ProtocolVersion version, const HostCredentials& credentials) {
  net::Awaitable<absl::StatusOr<const SecurityType*>> choosing =
      version == ProtocolVersion::k33 ? ReadTypeOf33(host) : ChooseType(host);
  const absl::StatusOr<const SecurityType*> type = co_await std::move(choosing);
  if (!type.ok()) {
    co_return type.status();
  }
  const absl::Status identified = co_await RunType(host, version, **type, credentials);
  if (!identified.ok()) {
    co_return Annotate(identified, (*type)->name);
  }
  co_return (*type)->name;
}

}  // namespace porthole::rfb

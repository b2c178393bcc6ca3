#include "rfb/security/vencrypt.h"

#include "base/byte_order.h"
#include "base/status.h"
#include "rfb/failed_type.h"
#include "rfb/wire.h"

#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace porthole::rfb {
namespace {

constexpr std::array<std::uint8_t, 2> kVersion = {0, 2};

bool HasTls(const SecurityType& type) {
  return type.protection == Protection::kAnonymousTls ||
         type.protection == Protection::kVerifiedTls;
}

absl::Status Broken(const std::string& what) {
  return Error(absl::StatusCode::kInvalidArgument, what);
}

net::Awaitable<absl::Status> AgreeOnVersion(net::ByteStream& host) {
  std::array<std::uint8_t, 2> version{};
  if (absl::Status read = co_await ReadExact(host, version); !read.ok()) {
    co_return read;
  }
  if (version < kVersion) {
    co_return Broken("the host speaks version " + std::to_string(version[0]) + "." +
                     std::to_string(version[1]) + ", which nobody speaks any more");
  }
  if (absl::Status written = co_await host.Write(kVersion); !written.ok()) {
    co_return written;
  }
  const absl::StatusOr<std::uint8_t> refused = co_await ReadU8(host);
  if (!refused.ok()) {
    co_return refused.status();
  }
  co_return *refused == 0 ? absl::OkStatus() : Broken("the host does not speak version 0.2");
}

// Beside its own subtypes a host may list plain types, as TigerVNC does; of these only the two that
// are the same in either place are understood.
net::Awaitable<absl::StatusOr<std::vector<std::uint32_t>>> ReadSubtypes(net::ByteStream& host) {
  const absl::StatusOr<std::uint8_t> count = co_await ReadU8(host);
  if (!count.ok()) {
    co_return count.status();
  }
  std::vector<std::uint8_t> bytes(std::size_t{*count} * 4);
  if (absl::Status read = co_await ReadExact(host, bytes); !read.ok()) {
    co_return read;
  }
  std::vector<std::uint32_t> subtypes;
  for (std::span<const std::uint8_t> rest(bytes); !rest.empty(); rest = rest.subspan(4)) {
    const std::uint32_t subtype = LoadU32(rest);
    if (subtype >= kFirstVeNCryptSubtype || subtype == 1 || subtype == 2) {
      subtypes.push_back(subtype);
    }
  }
  co_return subtypes;
}

net::Awaitable<absl::Status> StartTls(SecurityExchange exchange, const SecurityType& type) {
  const absl::StatusOr<std::uint8_t> ready = co_await ReadU8(*exchange.host);
  if (!ready.ok()) {
    co_return ready.status();
  }
  if (*ready == 0) {
    co_return Error(absl::StatusCode::kAborted, "the host cannot start TLS");
  }
  if (*ready != 1) {
    co_return Broken("the host says " + std::to_string(*ready) + " where TLS should begin");
  }
  co_return co_await exchange.access.tls.Start(
      exchange.host,
      type.protection == Protection::kVerifiedTls ? TlsKind::kVerified : TlsKind::kAnonymous);
}

net::Awaitable<absl::Status> EnterSubtype(SecurityExchange exchange, const SecurityType& type) {
  if (absl::Status needs = CheckNeeds(type, exchange.access.credentials); !needs.ok()) {
    co_return needs;
  }
  std::array<std::uint8_t, 4> number{};
  StoreU32(type.number, number);
  if (absl::Status chosen = co_await exchange.host->Write(number); !chosen.ok()) {
    co_return chosen;
  }
  if (HasTls(type)) {
    co_return co_await StartTls(exchange, type);
  }
  co_return absl::OkStatus();
}

}  // namespace

net::Awaitable<absl::StatusOr<const SecurityType*>> EnterVeNCrypt(SecurityExchange exchange,
                                                                  const Permitted& permitted) {
  if (absl::Status agreed = co_await AgreeOnVersion(*exchange.host); !agreed.ok()) {
    co_return agreed;
  }
  const absl::StatusOr<std::vector<std::uint32_t>> offered = co_await ReadSubtypes(*exchange.host);
  if (!offered.ok()) {
    co_return offered.status();
  }
  const absl::StatusOr<const SecurityType*> type = ChooseType(permitted, *offered, exchange.access);
  if (!type.ok()) {
    co_return type.status();
  }
  const absl::Status entered = co_await EnterSubtype(exchange, **type);
  if (!entered.ok()) {
    co_return AtType(Annotate(entered, (*type)->name), (*type)->name);
  }
  co_return *type;
}

}  // namespace porthole::rfb

#include "rfb/security/tight.h"

#include "base/byte_order.h"
#include "base/status.h"
#include "rfb/wire.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::rfb {
namespace {

// A code (U32), its vendor (4 bytes) and its name (8 bytes).
constexpr std::size_t kCapabilityBytes = 16;
constexpr std::uint32_t kMaxWays = 64;            // tunnels, or ways to authenticate
constexpr std::uint32_t kMaxCapabilities = 4096;  // of all kinds, after ServerInit
constexpr std::uint32_t kNoTunnel = 0;

absl::Status TooMany(std::uint32_t count, std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument,
               "the host lists " + std::to_string(count) + " " + std::string(what));
}

net::Awaitable<absl::StatusOr<std::vector<std::uint32_t>>> ReadCodes(net::ByteStream& host,
                                                                     std::string_view what) {
  const absl::StatusOr<std::uint32_t> count = co_await ReadU32(host);
  if (!count.ok()) {
    co_return count.status();
  }
  if (*count > kMaxWays) {
    co_return TooMany(*count, what);
  }
  std::vector<std::uint32_t> codes;
  for (std::uint32_t i = 0; i < *count; ++i) {
    std::array<std::uint8_t, kCapabilityBytes> capability{};
    if (absl::Status read = co_await ReadExact(host, capability); !read.ok()) {
      co_return read;
    }
    codes.push_back(LoadU32(capability));
  }
  co_return codes;
}

net::Awaitable<absl::Status> WriteCode(net::ByteStream& host, std::uint32_t code) {
  std::array<std::uint8_t, 4> bytes{};
  StoreU32(code, bytes);
  co_return co_await host.Write(bytes);
}

net::Awaitable<absl::Status> RefuseTunnels(net::ByteStream& host) {
  const absl::StatusOr<std::vector<std::uint32_t>> tunnels =
      co_await ReadCodes(host, "kinds of tunnels");
  if (!tunnels.ok()) {
    co_return tunnels.status();
  }
  if (tunnels->empty()) {
    co_return absl::OkStatus();
  }
  if (std::ranges::find(*tunnels, kNoTunnel) == tunnels->end()) {
    co_return Error(absl::StatusCode::kFailedPrecondition,
                    "the host wants a tunnel, and none that Porthole could make");
  }
  co_return co_await WriteCode(host, kNoTunnel);
}

}  // namespace

net::Awaitable<absl::StatusOr<const SecurityType*>> EnterTight(SecurityExchange exchange,
                                                               const Permitted& permitted) {
  net::ByteStream& host = *exchange.host;
  if (absl::Status refused = co_await RefuseTunnels(host); !refused.ok()) {
    co_return refused;
  }
  absl::StatusOr<std::vector<std::uint32_t>> ways =
      co_await ReadCodes(host, "ways to authenticate");
  if (!ways.ok()) {
    co_return ways.status();
  }
  // An empty list means that nothing is asked for, and then nothing is chosen either.
  const bool asks = !ways->empty();
  if (!asks) {
    ways->push_back(1);
  }
  // Other numbers mean something else here than among security types.
  std::erase_if(*ways, [](std::uint32_t way) { return way != 1 && way != 2; });
  const absl::StatusOr<const SecurityType*> type = ChooseType(permitted, *ways, exchange.access);
  if (!type.ok()) {
    co_return type.status();
  }
  if (absl::Status needs = CheckNeeds(**type, exchange.access.credentials); !needs.ok()) {
    co_return needs;
  }
  if (asks) {
    if (absl::Status chosen = co_await WriteCode(host, (*type)->number); !chosen.ok()) {
      co_return chosen;
    }
  }
  co_return *type;
}

net::Awaitable<absl::Status> SkipTightCapabilities(net::ByteStream& host) {
  // How many messages of the server, messages of the client and encodings follow; padding.
  std::array<std::uint8_t, 8> counts{};
  if (absl::Status read = co_await ReadExact(host, counts); !read.ok()) {
    co_return read;
  }
  const std::span<const std::uint8_t> bytes(counts);
  const std::uint32_t count =
      std::uint32_t{LoadU16(bytes)} + LoadU16(bytes.subspan(2)) + LoadU16(bytes.subspan(4));
  if (count > kMaxCapabilities) {
    co_return TooMany(count, "capabilities");
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    std::array<std::uint8_t, kCapabilityBytes> capability{};
    if (absl::Status read = co_await ReadExact(host, capability); !read.ok()) {
      co_return read;
    }
  }
  co_return absl::OkStatus();
}

}  // namespace porthole::rfb

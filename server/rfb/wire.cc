#include "rfb/wire.h"

#include "base/byte_order.h"
#include "base/status.h"
#include "rfb/clean_text.h"

#include <array>

namespace porthole::rfb {

net::Awaitable<absl::Status> ReadExact(net::ByteStream& from, std::span<std::uint8_t> target) {
  while (!target.empty()) {
    const absl::StatusOr<std::size_t> count = co_await from.ReadSome(target);
    if (!count.ok()) {
      co_return count.status();
    }
    target = target.subspan(*count);
  }
  co_return absl::OkStatus();
}

net::Awaitable<absl::StatusOr<std::uint8_t>> ReadU8(net::ByteStream& from) {
  std::array<std::uint8_t, 1> bytes{};
  absl::Status read = co_await ReadExact(from, bytes);
  if (!read.ok()) {
    co_return read;
  }
  co_return bytes[0];
}

net::Awaitable<absl::StatusOr<std::uint32_t>> ReadU32(net::ByteStream& from) {
  std::array<std::uint8_t, 4> bytes{};
  absl::Status read = co_await ReadExact(from, bytes);
  if (!read.ok()) {
    co_return read;
  }
  co_return LoadU32(bytes);
}

net::Awaitable<absl::StatusOr<std::string>> ReadText(net::ByteStream& from,
                                                     std::size_t limit,
                                                     std::string_view what) {
  const absl::StatusOr<std::uint32_t> length = co_await ReadU32(from);
  if (!length.ok()) {
    co_return length.status();
  }
  co_return co_await ReadTextOf(from, *length, limit, what);
}

net::Awaitable<absl::StatusOr<std::string>> ReadTextOf(net::ByteStream& from,
                                                       std::size_t length,
                                                       std::size_t limit,
                                                       std::string_view what) {
  if (length > limit) {
    co_return Error(absl::StatusCode::kInvalidArgument,
                    std::string(what) + " of " + std::to_string(length) + " bytes; at most " +
                        std::to_string(limit) + " are taken");
  }
  std::vector<std::uint8_t> bytes(length);
  absl::Status read = co_await ReadExact(from, bytes);
  if (!read.ok()) {
    co_return read;
  }
  co_return CleanText(bytes);
}

net::Awaitable<absl::Status> WriteU8(net::ByteStream& to, std::uint8_t value) {
  const std::array<std::uint8_t, 1> bytes{value};
  co_return co_await to.Write(bytes);
}

}  // namespace porthole::rfb

#pragma once

#include "net/byte_stream.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::rfb {

// Reads of a known size. None takes a byte more than it needs. Errors: as ByteStream has them.
net::Awaitable<absl::Status> ReadExact(net::ByteStream& from, std::span<std::uint8_t> target);
net::Awaitable<absl::StatusOr<std::uint8_t>> ReadU8(net::ByteStream& from);
net::Awaitable<absl::StatusOr<std::uint32_t>> ReadU32(net::ByteStream& from);
net::Awaitable<absl::StatusOr<std::vector<std::uint8_t>>> ReadBytes(net::ByteStream& from,
                                                                    std::size_t count);

// Reads a U32 length and that many bytes, which `what` names in errors; gives them as CleanText().
// Errors: INVALID_ARGUMENT longer than `limit` bytes, nothing of it is read; others as ByteStream
// has them.
net::Awaitable<absl::StatusOr<std::string>> ReadText(net::ByteStream& from,
                                                     std::size_t limit,
                                                     std::string_view what);

net::Awaitable<absl::Status> WriteU8(net::ByteStream& to, std::uint8_t value);

// The bytes as text that is safe to log and to show: valid UTF-8 with '?' for each byte that is
// none, C0 and C1 control characters removed. Never longer than `bytes`.
std::string CleanText(std::span<const std::uint8_t> bytes);

}  // namespace porthole::rfb

#pragma once

#include "net/byte_stream.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace porthole::rfb {

// Reads of a known size. None takes a byte more than it needs. Errors: as ByteStream has them.
net::Awaitable<absl::Status> ReadExact(net::ByteStream& from, std::span<std::uint8_t> target);
net::Awaitable<absl::StatusOr<std::uint8_t>> ReadU8(net::ByteStream& from);
net::Awaitable<absl::StatusOr<std::uint32_t>> ReadU32(net::ByteStream& from);

// Reads a U32 length and that many bytes, which `what` names in errors; gives them as CleanText().
// Errors: INVALID_ARGUMENT longer than `limit` bytes, nothing of it is read; others as ByteStream
// has them.
net::Awaitable<absl::StatusOr<std::string>> ReadText(net::ByteStream& from,
                                                     std::size_t limit,
                                                     std::string_view what);
// The same where the length was read already.
net::Awaitable<absl::StatusOr<std::string>> ReadTextOf(net::ByteStream& from,
                                                       std::size_t length,
                                                       std::size_t limit,
                                                       std::string_view what);

net::Awaitable<absl::Status> WriteU8(net::ByteStream& to, std::uint8_t value);

}  // namespace porthole::rfb

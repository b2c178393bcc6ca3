#pragma once

#include <absl/status/statusor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace porthole::net {

// RFC 6455, section 5.2: what stands before a frame's payload.
enum class Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

using Mask = std::array<std::uint8_t, 4>;

// Who sent a frame: a client masks (section 5.3), a server does not.
enum class FrameSender : std::uint8_t { kServer, kClient };

struct FrameHead {
  Opcode opcode = Opcode::kBinary;
  bool final = true;
  std::uint64_t length = 0;
  std::size_t head_bytes = 0;  // of the head itself
  Mask mask{};                 // a client's

  bool IsControl() const { return opcode >= Opcode::kClose; }
};

constexpr std::size_t kMaxControlBytes = 125;  // RFC 6455, section 5.5

// RFC 6455, section 7.4.1.
constexpr std::uint16_t kNormalClosure = 1000;
constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kUnsupportedData = 1003;
constexpr std::uint16_t kNoStatus = 1005;  // what a close frame without a code means

// Reads a head; nothing while `bytes` do not hold all of it.
// Errors: INVALID_ARGUMENT reserved bits or opcode, a mask that is missing or should be, a length
// that is not in its shortest form or beyond 63 bits, a control frame that is long or in pieces.
absl::StatusOr<std::optional<FrameHead>> ReadFrameHead(std::span<const std::uint8_t> bytes,
                                                       FrameSender sender);

constexpr std::size_t kMaxFrameHeadBytes = 14;

// Writes the head of a final frame: a client's with its `mask`, a server's without. Gives its
// length.
std::size_t WriteFrameHead(Opcode opcode,
                           std::uint64_t length,
                           const std::optional<Mask>& mask,
                           std::span<std::uint8_t, kMaxFrameHeadBytes> target);

// Copies `from` to `to`, masked or unmasked; `offset` says how much of the frame's payload came
// before. Both may be the same place.
void MaskInto(std::span<const std::uint8_t> from,
              const Mask& mask,
              std::uint64_t offset,
              std::uint8_t* to);

}  // namespace porthole::net

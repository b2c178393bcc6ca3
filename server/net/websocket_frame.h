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

struct FrameHead {
  Opcode opcode = Opcode::kBinary;
  bool final = true;
  std::uint64_t length = 0;
  std::size_t head_bytes = 0;  // of the head itself

  bool IsControl() const { return opcode >= Opcode::kClose; }
};

constexpr std::size_t kMaxControlBytes = 125;  // RFC 6455, section 5.5

// Reads a head that a server sent; nothing while `bytes` do not hold all of it.
// Errors: INVALID_ARGUMENT reserved bits or opcode, a mask, a length that is not in its shortest
// form or beyond 63 bits, a control frame that is long or in pieces.
absl::StatusOr<std::optional<FrameHead>> ReadFrameHead(std::span<const std::uint8_t> bytes);

constexpr std::size_t kMaxFrameHeadBytes = 14;
using Mask = std::array<std::uint8_t, 4>;

// Writes the head of a final frame of a client; gives its length.
std::size_t WriteFrameHead(Opcode opcode,
                           std::uint64_t length,
                           const Mask& mask,
                           std::span<std::uint8_t, kMaxFrameHeadBytes> target);

// Copies `from` to `to`, masked; `offset` says how much of the frame's payload came before.
void MaskInto(std::span<const std::uint8_t> from,
              const Mask& mask,
              std::uint64_t offset,
              std::uint8_t* to);

}  // namespace porthole::net

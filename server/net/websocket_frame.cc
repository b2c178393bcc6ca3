#include "net/websocket_frame.h"

#include "base/status.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace porthole::net {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kOpcode = 0x0F;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kTwoByteLength = 126;
constexpr std::uint8_t kEightByteLength = 127;

absl::Status Bad(std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "WebSocket: the host sent " + std::string(what));
}

bool IsKnown(Opcode opcode) {
  return opcode <= Opcode::kBinary || (opcode >= Opcode::kClose && opcode <= Opcode::kPong);
}

std::uint64_t BigEndian(std::span<const std::uint8_t> bytes) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) {
    number = number << 8U | byte;
  }
  return number;
}

// How many bytes of length follow the first one.
std::size_t LengthBytes(std::uint64_t first) {
  if (first == kEightByteLength) {
    return 8;
  }
  return first == kTwoByteLength ? 2 : 0;
}

absl::Status CheckLength(std::uint64_t length, std::size_t length_bytes) {
  const bool long_form = length_bytes == 8 && length < 0x10000;
  if (long_form || (length_bytes == 2 && length < kTwoByteLength)) {
    return Bad("a length that is not in its shortest form");
  }
  return length >> 63U != 0 ? Bad("a length beyond 63 bits") : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<FrameHead>> ReadFrameHead(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 2) {
    return std::nullopt;
  }
  FrameHead head{.opcode = static_cast<Opcode>(bytes[0] & kOpcode),
                 .final = (bytes[0] & kFinal) != 0};
  if ((bytes[0] & kReserved) != 0 || !IsKnown(head.opcode)) {
    return Bad("a frame of a kind that was not agreed on");
  }
  if ((bytes[1] & kMasked) != 0) {
    return Bad("a masked frame");
  }
  head.length = bytes[1];
  if (head.IsControl() && (!head.final || head.length > kMaxControlBytes)) {
    return Bad("a control frame that is long or in pieces");
  }
  const std::size_t length_bytes = LengthBytes(head.length);
  head.head_bytes = 2 + length_bytes;
  if (bytes.size() < head.head_bytes) {
    return std::nullopt;
  }
  if (length_bytes > 0) {
    head.length = BigEndian(bytes.subspan(2, length_bytes));
  }
  if (absl::Status checked = CheckLength(head.length, length_bytes); !checked.ok()) {
    return checked;
  }
  return head;
}

std::size_t WriteFrameHead(Opcode opcode,
                           std::uint64_t length,
                           const Mask& mask,
                           std::span<std::uint8_t, kMaxFrameHeadBytes> target) {
  target[0] = static_cast<std::uint8_t>(kFinal | static_cast<std::uint8_t>(opcode));
  std::size_t length_bytes = 0;
  std::uint64_t first = length;
  if (length > 0xFFFF) {
    first = kEightByteLength;
    length_bytes = 8;
  } else if (length >= kTwoByteLength) {
    first = kTwoByteLength;
    length_bytes = 2;
  }
  target[1] = static_cast<std::uint8_t>(kMasked | first);
  for (std::size_t i = 0; i < length_bytes; ++i) {
    target[2 + i] = static_cast<std::uint8_t>(length >> (8 * (length_bytes - 1 - i)));
  }
  std::ranges::copy(mask, target.subspan(2 + length_bytes).begin());
  return 2 + length_bytes + mask.size();
}

void MaskInto(std::span<const std::uint8_t> from,
              const Mask& mask,
              std::uint64_t offset,
              std::uint8_t* to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i] = from[i] ^ mask[(offset + i) % mask.size()];
  }
}

}  // namespace porthole::net

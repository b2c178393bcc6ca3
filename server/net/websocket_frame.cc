#include "net/websocket_frame.h"

#include "base/status.h"

#include <algorithm>
#include <bit>
#include <cstring>
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

absl::Status Bad(FrameSender sender, std::string_view what) {
  const std::string who = sender == FrameSender::kServer ? "the host" : "the viewer";
  return Error(absl::StatusCode::kInvalidArgument,
               "WebSocket: " + who + " sent " + std::string(what));
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

// What is wrong with the first two bytes, or null.
const char* WhatIsWrong(const FrameHead& head, std::uint8_t first, bool masked, bool must_mask) {
  if ((first & kReserved) != 0 || !IsKnown(head.opcode)) {
    return "a frame of a kind that was not agreed on";
  }
  if (masked != must_mask) {
    return masked ? "a masked frame" : "a frame without a mask";
  }
  if (head.IsControl() && (!head.final || head.length > kMaxControlBytes)) {
    return "a control frame that is long or in pieces";
  }
  return nullptr;
}

const char* WhatIsWrong(std::uint64_t length, std::size_t length_bytes) {
  const bool long_form = length_bytes == 8 && length < 0x10000;
  if (long_form || (length_bytes == 2 && length < kTwoByteLength)) {
    return "a length that is not in its shortest form";
  }
  return length >> 63U != 0 ? "a length beyond 63 bits" : nullptr;
}

}  // namespace

absl::StatusOr<std::optional<FrameHead>> ReadFrameHead(std::span<const std::uint8_t> bytes,
                                                       FrameSender sender) {
  if (bytes.size() < 2) {
    return std::nullopt;
  }
  const bool masked = (bytes[1] & kMasked) != 0;
  FrameHead head{.opcode = static_cast<Opcode>(bytes[0] & kOpcode),
                 .final = (bytes[0] & kFinal) != 0,
                 .length = bytes[1] & ~std::uint64_t{kMasked}};
  if (const char* const wrong =
          WhatIsWrong(head, bytes[0], masked, sender == FrameSender::kClient)) {
    return Bad(sender, wrong);
  }
  const std::size_t length_bytes = LengthBytes(head.length);
  head.head_bytes = 2 + length_bytes + (masked ? head.mask.size() : 0);
  if (bytes.size() < head.head_bytes) {
    return std::nullopt;
  }
  if (length_bytes > 0) {
    head.length = BigEndian(bytes.subspan(2, length_bytes));
  }
  if (const char* const wrong = WhatIsWrong(head.length, length_bytes)) {
    return Bad(sender, wrong);
  }
  if (masked) {
    std::ranges::copy(bytes.subspan(2 + length_bytes, head.mask.size()), head.mask.begin());
  }
  return head;
}

std::size_t WriteFrameHead(Opcode opcode,
                           std::uint64_t length,
                           const std::optional<Mask>& mask,
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
  target[1] = static_cast<std::uint8_t>((mask.has_value() ? kMasked : 0U) | first);
  for (std::size_t i = 0; i < length_bytes; ++i) {
    target[2 + i] = static_cast<std::uint8_t>(length >> (8 * (length_bytes - 1 - i)));
  }
  if (!mask.has_value()) {
    return 2 + length_bytes;
  }
  std::ranges::copy(*mask, target.subspan(2 + length_bytes).begin());
  return 2 + length_bytes + mask->size();
}

void MaskInto(std::span<const std::uint8_t> from,
              const Mask& mask,
              std::uint64_t offset,
              std::uint8_t* to) {
  // The key as it falls on each eight bytes; the compiler widens the loop to the machine's vectors.
  std::array<std::uint8_t, 8> eight{};
  for (std::size_t i = 0; i < eight.size(); ++i) {
    eight.at(i) = mask.at((offset + i) % mask.size());
  }
  const auto key = std::bit_cast<std::uint64_t>(eight);
  std::size_t done = 0;
  for (; done + eight.size() <= from.size(); done += eight.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, from.data() + done, sizeof word);
    word ^= key;
    std::memcpy(to + done, &word, sizeof word);
  }
  for (; done < from.size(); ++done) {
    to[done] = from[done] ^ eight.at(done % eight.size());
  }
}

}  // namespace porthole::net

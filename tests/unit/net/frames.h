#pragma once

#include "tests/support/bytes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace porthole::testing {

// RFC 6455, section 5.2.
enum Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10
};
inline constexpr unsigned kFin = 0x80;
inline constexpr unsigned kMasked = 0x80;

// A frame's head as a client sends it; `size` may be a lie. The mask is zero: payloads stay as they
// are.
inline std::string FrameHead(unsigned first, std::uint64_t size, bool masked = true) {
  const unsigned mask = masked ? kMasked : 0;
  std::string head = U8(first);
  if (size < 126) {
    head += U8(mask | static_cast<unsigned>(size));
  } else if (size < 65536) {
    head += U8(mask | 126U) + U16(static_cast<unsigned>(size));
  } else {
    head += U8(mask | 127U) + U32(static_cast<std::uint32_t>(size >> 32U)) +
            U32(static_cast<std::uint32_t>(size));
  }
  return masked ? head + U32(0) : head;
}

inline std::string Frame(unsigned first, std::string_view payload = "") {
  return FrameHead(first, payload.size()) + std::string(payload);
}

// What a server sent: never masked.
struct ServerFrame {
  unsigned first = 0;
  std::string payload;

  unsigned Code() const {  // of a close frame; 0 when it has none
    return payload.size() < 2 ? 0
                              : (static_cast<unsigned char>(payload[0]) * 256U) +
                                    static_cast<unsigned char>(payload[1]);
  }
};

// Takes the first frame out of `received`, once it is there as a whole.
inline std::optional<ServerFrame> TakeFrame(std::string& received) {
  const auto byte = [&received](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(received.at(i)));
  };
  if (received.size() < 2) {
    return std::nullopt;
  }
  std::uint64_t size = byte(1);
  std::size_t head = 2;
  if (size >= 126) {
    head += size == 126 ? 2 : 8;
    if (received.size() < head) {
      return std::nullopt;
    }
    size = 0;
    for (std::size_t i = 2; i < head; ++i) {
      size = (size * 256) + byte(i);
    }
  }
  if (received.size() < head + size) {
    return std::nullopt;
  }
  ServerFrame frame{static_cast<unsigned>(byte(0)), received.substr(head, size)};
  received.erase(0, head + size);
  return frame;
}

}  // namespace porthole::testing

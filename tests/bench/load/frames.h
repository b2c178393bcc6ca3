#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace porthole::bench {

// WebSocket frames (RFC 6455, section 5.2), as a client speaks them. Not the server's own code on
// purpose: what measures must not share a mistake with what is measured.

enum class Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

// `payload` as one whole masked frame.
std::string Frame(Opcode opcode, std::span<const std::uint8_t> payload);

// Takes a server's bytes apart, however they are cut.
class FrameReader {
 public:
  // A part of a data frame's payload, or the whole payload of a control frame.
  struct Piece {
    Opcode opcode;
    std::span<const std::uint8_t> payload;
  };

  // The next piece; takes what it used off `bytes`, which the piece may point into until the next
  // call. None when `bytes` is used up. Throws std::runtime_error for what no server may send.
  std::optional<Piece> Next(std::span<const std::uint8_t>& bytes);

 private:
  bool TakeHeader(std::span<const std::uint8_t>& bytes);
  std::size_t HeaderBytes() const;
  std::optional<Piece> TakeControl(std::span<const std::uint8_t>& bytes);

  std::array<std::uint8_t, 10> header_ = {};
  std::size_t header_read_ = 0;
  std::uint64_t left_ = 0;
  bool in_payload_ = false;
  Opcode opcode_ = Opcode::kBinary;
  std::array<std::uint8_t, 125> control_ = {};
  std::size_t control_read_ = 0;
};

}  // namespace porthole::bench

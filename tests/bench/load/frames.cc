#include "tests/bench/load/frames.h"

#include <algorithm>
#include <stdexcept>

namespace porthole::bench {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kLongest = 125;
// What the mask is makes no difference to the far end's work; it only may not be zero here.
constexpr std::array<std::uint8_t, 4> kMask = {0x5A, 0x3C, 0x96, 0xE1};

bool IsControl(Opcode opcode) {
  return opcode >= Opcode::kClose;
}

}  // namespace

std::string Frame(Opcode opcode, std::span<const std::uint8_t> payload) {
  if (payload.size() > kLongest) {
    throw std::runtime_error("a viewer's frames are short");
  }
  std::string frame;
  frame.reserve(2 + kMask.size() + payload.size());
  frame.push_back(static_cast<char>(kFinal | static_cast<std::uint8_t>(opcode)));
  frame.push_back(static_cast<char>(kMasked | payload.size()));
  frame.append(kMask.begin(), kMask.end());
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame.push_back(static_cast<char>(payload[i] ^ kMask.at(i % kMask.size())));
  }
  return frame;
}

std::size_t FrameReader::HeaderBytes() const {
  if (header_read_ < 2) {
    return 2;
  }
  const std::uint8_t length = header_[1] & ~kMasked;
  if (length <= kLongest) {
    return 2;
  }
  return length == 126 ? 4 : 10;
}

bool FrameReader::TakeHeader(std::span<const std::uint8_t>& bytes) {
  while (header_read_ < HeaderBytes()) {
    if (bytes.empty()) {
      return false;
    }
    header_.at(header_read_++) = bytes.front();
    bytes = bytes.subspan(1);
  }
  if ((header_[1] & kMasked) != 0) {
    throw std::runtime_error("the server masked a frame");
  }
  left_ = header_[1];
  if (left_ > kLongest) {
    left_ = 0;
    for (std::size_t i = 2; i < header_read_; ++i) {
      left_ = left_ << 8 | header_.at(i);
    }
  }
  opcode_ = static_cast<Opcode>(header_[0] & 0x0F);
  if (IsControl(opcode_) && left_ > kLongest) {
    throw std::runtime_error("the server sent a control frame that is too long");
  }
  header_read_ = 0;
  return true;
}

std::optional<FrameReader::Piece> FrameReader::TakeControl(std::span<const std::uint8_t>& bytes) {
  const std::size_t taken = std::min<std::uint64_t>(left_, bytes.size());
  std::copy_n(bytes.begin(), taken, control_.begin() + static_cast<std::ptrdiff_t>(control_read_));
  control_read_ += taken;
  left_ -= taken;
  bytes = bytes.subspan(taken);
  if (left_ > 0) {
    return std::nullopt;
  }
  const std::size_t size = control_read_;
  control_read_ = 0;
  in_payload_ = false;
  return Piece{opcode_, std::span(control_).first(size)};
}

std::optional<FrameReader::Piece> FrameReader::Next(std::span<const std::uint8_t>& bytes) {
  while (!bytes.empty() || in_payload_) {
    if (!in_payload_) {
      if (!TakeHeader(bytes)) {
        return std::nullopt;
      }
      in_payload_ = true;
    }
    if (IsControl(opcode_)) {
      return TakeControl(bytes);
    }
    const std::size_t taken = std::min<std::uint64_t>(left_, bytes.size());
    const Piece piece{opcode_, bytes.first(taken)};
    left_ -= taken;
    bytes = bytes.subspan(taken);
    in_payload_ = left_ > 0;
    if (taken > 0) {
      return piece;
    }
    if (in_payload_) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace porthole::bench

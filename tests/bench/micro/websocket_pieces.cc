#include "net/websocket_frame.h"
#include "net/websocket_input.h"
#include "tests/bench/micro/pieces.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace porthole::bench {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr net::Mask kMask{0x12, 0x34, 0x56, 0x78};
constexpr int kFrames = 100;
constexpr std::size_t kFrameBytes = 10;  // of payload: a request for an update

// `offset`: of the first byte in its buffer, and in the frame.
Piece Unmask(const std::string& name, std::size_t size, std::size_t offset) {
  const auto bytes = std::make_shared<Bytes>(size + offset, 0x5A);
  return {"unmask_" + name, [bytes, offset] {
            const std::span<std::uint8_t> payload = std::span(*bytes).subspan(offset);
            net::MaskInto(payload, kMask, offset, payload.data());
            Keep(payload.data());
          }};
}

// What a viewer sends, one small masked frame after the other.
Bytes SmallFrames() {
  Bytes all;
  for (int i = 0; i < kFrames; ++i) {
    std::array<std::uint8_t, net::kMaxFrameHeadBytes> head{};
    const std::size_t length =
        net::WriteFrameHead(net::Opcode::kBinary, kFrameBytes, kMask, std::span(head));
    all.insert(all.end(), head.begin(), head.begin() + static_cast<std::ptrdiff_t>(length));
    all.resize(all.size() + kFrameBytes, 0x5A);
  }
  return all;
}

void ReadFrames(std::span<const std::uint8_t> bytes) {
  net::WebSocketInput input;
  std::array<std::uint8_t, 64> payload{};
  std::size_t taken = 0;
  for (;;) {
    const auto next = input.Peek();
    Expect(next.ok(), "a good frame was refused");
    if (*next == net::WebSocketInput::Next::kPayload) {
      taken += input.TakePayload(payload);
      Keep(payload.data());
    } else if (bytes.empty()) {
      break;
    } else {
      const std::span<std::uint8_t> room = input.Room();
      const std::size_t count = std::min(room.size(), bytes.size());
      std::ranges::copy(bytes.first(count), room.begin());
      input.Filled(count);
      bytes = bytes.subspan(count);
    }
  }
  Expect(taken == kFrames * kFrameBytes, "payload was lost");
}

void WriteHeads() {
  std::array<std::uint8_t, net::kMaxFrameHeadBytes> head{};
  for (const std::uint64_t length : {10U, 1000U, 65536U}) {
    net::WriteFrameHead(net::Opcode::kBinary, length, {}, std::span(head));
    Keep(head.data());
  }
}

}  // namespace

std::vector<Piece> WebSocketPieces() {
  const auto frames = std::make_shared<const Bytes>(SmallFrames());
  return {
      Unmask("16", 16, 0),
      Unmask("1k", 1024, 0),
      Unmask("64k", 65536, 0),
      Unmask("64k_unaligned", 65536, 3),
      {"frames_in", [frames] { ReadFrames(*frames); }},
      {"frame_heads_out", WriteHeads},
  };
}

}  // namespace porthole::bench

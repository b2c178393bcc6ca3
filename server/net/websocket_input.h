#pragma once

#include "net/websocket_frame.h"

#include <absl/status/statusor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace porthole::net {

// What a viewer sends over its WebSocket (RFC 6455, sections 5 and 7.4), without the waiting: bytes
// go in as they arrive, payload of binary messages and control frames come out. No message is held
// as a whole, and nothing is allocated.
class WebSocketInput {
 public:
  enum class Next : std::uint8_t {
    kMore,     // bytes are needed: Room(), Filled()
    kPayload,  // of a binary message: TakePayload()
    kPing,     // TakeControl()
    kPong,     // TakeControl()
    kClose,    // TakeControl()
  };

  // What comes next; asked again, it says the same until that was taken. Errors: INVALID_ARGUMENT
  // the viewer broke RFC 6455, or sent text (IsText()); nothing can be read any more.
  absl::StatusOr<Next> Peek();

  // Where bytes that arrive are put; never empty while Peek() says kMore.
  std::span<std::uint8_t> Room();
  void Filled(std::size_t count) { end_ = static_cast<std::uint16_t>(end_ + count); }
  // Whether the last bytes filled the room to the brim, so that more may wait.
  bool WasFull() const { return end_ == room_.size(); }

  // Copies what is there of the payload of the frame at hand.
  std::size_t TakePayload(std::span<std::uint8_t> target);

  // How much of the frame at hand may be read past the room, straight to where it goes: none while
  // something is in the room. TookPast() unmasks what was.
  std::uint64_t LeftPastRoom() const { return begin_ == end_ ? left_ : 0; }
  void TookPast(std::span<std::uint8_t> bytes);

  // The payload of the control frame at hand, which goes with the next call of Room().
  std::span<const std::uint8_t> TakeControl();

  bool IsText() const { return is_text_; }

 private:
  std::span<const std::uint8_t> Arrived() const {
    return std::span(room_).subspan(begin_, static_cast<std::size_t>(end_ - begin_));
  }
  absl::StatusOr<Next> Begin(const FrameHead& head);
  absl::StatusOr<Next> PeekControl(const FrameHead& head);

  // Heads and control frames as a whole, and most messages of a viewer.
  std::array<std::uint8_t, 256> room_{};
  std::uint16_t begin_ = 0;
  std::uint16_t end_ = 0;
  bool in_message_ = false;  // its message goes on in another frame
  bool is_text_ = false;
  FrameHead control_;  // that was peeked at
  Mask mask_{};        // of the frame at hand
  std::uint64_t left_ = 0;
  std::uint64_t taken_ = 0;
};

// The code of a close frame's payload, 1005 where it has none. Errors: INVALID_ARGUMENT a code that
// must not be sent, or a reason that is no UTF-8.
absl::StatusOr<std::uint16_t> CloseCode(std::span<const std::uint8_t> payload);

}  // namespace porthole::net

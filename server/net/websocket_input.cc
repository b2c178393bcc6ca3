#include "net/websocket_input.h"

#include "base/status.h"
#include "base/utf8.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace porthole::net {
namespace {

absl::Status Bad(std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument,
               "WebSocket: the viewer sent " + std::string(what));
}

// RFC 6455, section 7.4, and IANA's registry: what may stand in a close frame.
bool MayBeSent(unsigned code) {
  const bool defined = code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
  return defined || (code >= 3000 && code <= 4999);
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = Utf8CharacterLength(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

std::span<std::uint8_t> WebSocketInput::Room() {
  const std::size_t kept = Arrived().size();
  std::memmove(room_.data(), room_.data() + begin_, kept);
  begin_ = 0;
  end_ = static_cast<std::uint16_t>(kept);
  return std::span(room_).subspan(kept);
}

absl::StatusOr<WebSocketInput::Next> WebSocketInput::Peek() {
  for (;;) {
    if (left_ > 0) {
      return begin_ < end_ ? Next::kPayload : Next::kMore;
    }
    const auto head = ReadFrameHead(Arrived(), FrameSender::kClient);
    if (!head.ok()) {
      return head.status();
    }
    const std::optional<FrameHead>& found = *head;
    if (!found.has_value()) {
      return Next::kMore;
    }
    if (found->IsControl()) {
      return PeekControl(*found);
    }
    const absl::StatusOr<Next> begun = Begin(*found);
    if (!begun.ok()) {
      return begun;
    }
  }
}

absl::StatusOr<WebSocketInput::Next> WebSocketInput::PeekControl(const FrameHead& head) {
  if (Arrived().size() < head.head_bytes + head.length) {
    return Next::kMore;
  }
  control_ = head;
  switch (head.opcode) {
    case Opcode::kPing:
      return Next::kPing;
    case Opcode::kPong:
      return Next::kPong;
    default:
      return Next::kClose;
  }
}

// A data frame. An empty message says nothing in RFB.
absl::StatusOr<WebSocketInput::Next> WebSocketInput::Begin(const FrameHead& head) {
  if (head.opcode == Opcode::kText) {
    is_text_ = true;
    return Bad("a text message where none is agreed");
  }
  if ((head.opcode == Opcode::kContinuation) != in_message_) {
    return Bad("a piece of no message, or a message within another");
  }
  in_message_ = !head.final;
  begin_ = static_cast<std::uint16_t>(begin_ + head.head_bytes);
  left_ = head.length;
  taken_ = 0;
  mask_ = head.mask;
  return Next::kMore;
}

std::size_t WebSocketInput::TakePayload(std::span<std::uint8_t> target) {
  const std::span<const std::uint8_t> arrived = Arrived();
  const std::size_t count =
      std::min({target.size(), arrived.size(), static_cast<std::size_t>(left_)});
  MaskInto(arrived.first(count), mask_, taken_, target.data());
  begin_ = static_cast<std::uint16_t>(begin_ + count);
  left_ -= count;
  taken_ += count;
  return count;
}

void WebSocketInput::TookPast(std::span<std::uint8_t> bytes) {
  MaskInto(bytes, mask_, taken_, bytes.data());
  left_ -= bytes.size();
  taken_ += bytes.size();
}

std::span<const std::uint8_t> WebSocketInput::TakeControl() {
  const std::span<std::uint8_t> payload = std::span(room_).subspan(
      begin_ + control_.head_bytes, static_cast<std::size_t>(control_.length));
  MaskInto(payload, control_.mask, 0, payload.data());
  begin_ = static_cast<std::uint16_t>(begin_ + control_.head_bytes + payload.size());
  return payload;
}

absl::StatusOr<std::uint16_t> CloseCode(std::span<const std::uint8_t> payload) {
  if (payload.empty()) {
    return kNoStatus;
  }
  if (payload.size() < 2) {
    return Bad("a close frame of one byte");
  }
  const unsigned code = (static_cast<unsigned>(payload[0]) << 8U) | payload[1];
  if (!MayBeSent(code)) {
    return Bad("a close code that must not be sent");
  }
  const std::string reason(payload.begin() + 2, payload.end());
  if (!IsUtf8(reason)) {
    return Bad("a close reason that is no text");
  }
  return static_cast<std::uint16_t>(code);
}

}  // namespace porthole::net

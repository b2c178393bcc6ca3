// What a WebSocketStream sends: messages, and what is owed beside them.

#include "base/status.h"
#include "net/error.h"
#include "net/websocket_frame.h"
#include "net/websocket_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

#include <array>
#include <utility>

namespace porthole::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::deferred);

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// A whole frame of this side.
std::string FrameOf(Opcode opcode, std::string_view payload) {
  std::array<std::uint8_t, kMaxFrameHeadBytes> head{};
  const std::size_t size = WriteFrameHead(opcode, payload.size(), std::nullopt, head);
  std::string frame(head.begin(), head.begin() + size);
  return frame.append(payload);
}

}  // namespace

Awaitable<absl::Status> WebSocketStream::Write(std::span<const std::uint8_t> bytes) {
  while (sending_ && !closing_) {
    write_waits_ = true;
    co_await sent_signal_.async_wait(kTuple);
  }
  write_waits_ = false;
  if (closing_) {
    co_return absl::CancelledError("closed");
  }
  sending_ = true;
  last_write_ = std::chrono::steady_clock::now();
  const error_code error = co_await SendMessage(bytes);
  sending_ = false;
  if (error) {
    Lost();
  }
  SendingEnded();
  if (closing_) {
    co_return absl::CancelledError("closed");
  }
  if (!cut_off_.empty()) {
    co_return Error(absl::StatusCode::kDeadlineExceeded, cut_off_);
  }
  if (error) {
    const absl::Status status = ToStatus(error, "write");
    co_return status.code() == absl::StatusCode::kCancelled
        ? Error(absl::StatusCode::kUnavailable, Message(status))
        : status;
  }
  co_return absl::OkStatus();
}

Awaitable<error_code> WebSocketStream::SendMessage(std::span<const std::uint8_t> bytes) {
  std::array<std::uint8_t, kMaxFrameHeadBytes> space;  // NOLINT(*-init-variables,*-member-init)
  std::span<const std::uint8_t> head =
      std::span(space).first(WriteFrameHead(Opcode::kBinary, bytes.size(), std::nullopt, space));
  std::string together;
  if (!opening_.empty()) {
    together = std::exchange(opening_, {}).append(head.begin(), head.end());
    head = Bytes(together);
  }
  std::size_t sent = 0;
  for (;;) {
    const Attempt attempt = transport_.TryWrite(head, bytes, sent);
    sent += attempt.bytes;
    if (attempt.error || sent == head.size() + bytes.size()) {
      co_return attempt.error;
    }
    if (attempt.need == Attempt::Need::kNothing) {
      continue;
    }
    const auto [waited] = co_await transport_.WaitFor(attempt.need);
    if (waited) {
      co_return waited;
    }
  }
}

void WebSocketStream::SendText(std::string text) {
  if (closing_ || lost_) {
    return;
  }
  text_owed_ = std::move(text);
  SendOwed();
}

// The next frame that is owed, the most urgent first; empty: none.
std::string WebSocketStream::TakeOwed() {
  if (close_sent_) {
    return {};
  }
  if (close_owed_.has_value()) {
    close_sent_ = true;
    return FrameOf(Opcode::kClose, *close_owed_);
  }
  if (pong_owed_.has_value()) {
    const std::string payload = *std::move(pong_owed_);
    pong_owed_.reset();
    return FrameOf(Opcode::kPong, payload);
  }
  if (std::exchange(ping_owed_, false)) {
    return FrameOf(Opcode::kPing, {});
  }
  if (!text_owed_.empty() && !write_waits_) {  // never twice before a picture that waits
    return FrameOf(Opcode::kText, std::exchange(text_owed_, {}));
  }
  return {};
}

// To the one who waits for something to come: the other end must not wait for it, too.
void WebSocketStream::SendOpening() {
  if (!opening_.empty() && !lost_) {
    frame_ = std::exchange(opening_, {});
    frame_sent_ = 0;
    sending_ = true;
    GoOnSending();
  }
}

void WebSocketStream::SendOwed() {
  while (!sending_ && !lost_) {
    frame_ = TakeOwed();
    if (!frame_.empty()) {
      frame_.insert(0, std::exchange(opening_, {}));
    }
    frame_sent_ = 0;
    if (frame_.empty()) {
      return;
    }
    sending_ = true;
    last_write_ = std::chrono::steady_clock::now();
    GoOnSending();
  }
}

// To the end of `frame_`, now or whenever the socket takes it.
void WebSocketStream::GoOnSending() {
  while (frame_sent_ < frame_.size()) {
    const Attempt attempt = transport_.TryWrite({}, Bytes(frame_), frame_sent_);
    if (attempt.error) {
      Lost();  // whoever reads or writes next meets it, too
      return;
    }
    frame_sent_ += attempt.bytes;
    if (attempt.need == Attempt::Need::kNothing) {
      continue;
    }
    transport_.OnReady(attempt.need, [this](const error_code& error) {
      if (error || lost_) {
        Lost();
        return;
      }
      GoOnSending();
      if (!sending_) {
        SendingEnded();
      }
    });
    return;
  }
  sending_ = false;
  frame_ = {};
}

// Whoever waited for the frame on its way may go on, the owed first.
void WebSocketStream::SendingEnded() {
  SendOwed();
  if (close_sent_ && !sending_ && !lost_) {
    if (closing_ && !peer_close_.has_value()) {
      close_timer_.Arm(timeouts_.close_read);
    } else {
      close_timer_.Disarm();
    }
  }
  sent_signal_.cancel();
}

void WebSocketStream::OweClose(std::uint16_t code, std::string_view sentence) {
  close_owed_.emplace();
  if (code != kNoStatus) {
    close_owed_->push_back(static_cast<char>(code >> 8U));
    close_owed_->push_back(static_cast<char>(code & 0xFFU));
    close_owed_->append(sentence);
  }
  SendingEnded();
}

}  // namespace porthole::net

#include "net/websocket_host.h"

#include "base/random.h"
#include "base/status.h"
#include "net/deadline.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>

#include <algorithm>
#include <cstring>
#include <exception>
#include <span>
#include <utility>

namespace porthole::net {
namespace {

namespace asio = boost::asio;

constexpr auto kTuple = asio::as_tuple(asio::deferred);
constexpr std::chrono::milliseconds kGoodbye{1000};
constexpr std::size_t kPieceBytes = 4096;

absl::Status Bad(const char* what) {
  return Error(absl::StatusCode::kInvalidArgument, std::string("WebSocket: the host sent ") + what);
}

// One frame with `payload`, masked with a key that nobody can foresee (RFC 6455, section 10.3).
Awaitable<absl::Status> SendFrame(ByteStream& stream,
                                  Opcode opcode,
                                  std::span<const std::uint8_t> payload) {
  Mask mask{};
  FillRandom(mask);
  std::array<std::uint8_t, kPieceBytes> piece{};
  std::size_t used =
      WriteFrameHead(opcode, payload.size(), mask, std::span(piece).first<kMaxFrameHeadBytes>());
  std::uint64_t masked = 0;
  do {
    const std::size_t size = std::min(payload.size(), piece.size() - used);
    MaskInto(payload.first(size), mask, masked, piece.data() + used);
    payload = payload.subspan(size);
    masked += size;
    absl::Status written = co_await stream.Write(std::span(piece).first(used + size));
    if (!written.ok()) {
      co_return written;
    }
    used = 0;
  } while (!payload.empty());
  co_return absl::OkStatus();
}

// Keeps the stream until it is over. VMware counts consoles whose end it was not told.
Awaitable<void> SayGoodbye(std::shared_ptr<ByteStream> stream, Timers& timers) {
  const Deadline deadline(timers, kGoodbye, [stream] { stream->Close({}); });
  constexpr std::array<std::uint8_t, 2> kCode = {kNormalClosure >> 8U, kNormalClosure & 0xFFU};
  const absl::Status sent = co_await SendFrame(*stream, Opcode::kClose, kCode);
  sent.IgnoreError();  // it is gone already
  stream->Close({});
}

}  // namespace

WebSocketHost::WebSocketHost(std::unique_ptr<ByteStream> inner,
                             const Executor& executor,
                             Timers& timers)
    : inner_(std::move(inner)),
      executor_(executor),
      timers_(timers),
      turn_(executor, SteadyTimer::time_point::max()) {}

Awaitable<absl::Status> WebSocketHost::WaitReadable() {
  if (closing_) {
    co_return absl::CancelledError("closed");
  }
  if (left_ == 0) {
    absl::Status next = co_await NextPayload();
    co_return next;
  }
  if (Buffered() > 0) {
    co_return absl::OkStatus();
  }
  const absl::Status waited = co_await inner_->WaitReadable();
  co_return closing_ ? absl::CancelledError("closed") : waited;
}

Awaitable<absl::StatusOr<std::size_t>> WebSocketHost::ReadSome(std::span<std::uint8_t> target) {
  const absl::Status next = co_await NextPayload();
  if (!next.ok()) {
    co_return next;
  }
  target = target.first(std::min<std::uint64_t>(target.size(), left_));
  if (Buffered() > 0) {
    const std::size_t count = std::min(target.size(), Buffered());
    std::memcpy(target.data(), buffer_.data() + begin_, count);
    begin_ += count;
    left_ -= count;
    co_return count;
  }
  const absl::StatusOr<std::size_t> count = co_await inner_->ReadSome(target);
  if (closing_) {
    co_return absl::CancelledError("closed");
  }
  if (!count.ok()) {
    co_return count.status().code() == absl::StatusCode::kOutOfRange
        ? absl::UnavailableError("the host's WebSocket ended within a frame")
        : count.status();
  }
  left_ -= *count;
  co_return count;
}

// Takes more of what the host sends: heads need it. There is room, because what is taken is used
// before more is.
Awaitable<absl::Status> WebSocketHost::Fill() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, Buffered());
  end_ = Buffered();
  begin_ = 0;
  const absl::StatusOr<std::size_t> count =
      co_await inner_->ReadSome(std::span(buffer_).subspan(end_));
  if (closing_) {
    co_return absl::CancelledError("closed");
  }
  if (!count.ok()) {
    co_return count.status();
  }
  end_ += *count;
  co_return absl::OkStatus();
}

// The next head, taken from the buffer; of a control frame the payload is in the buffer, too.
Awaitable<absl::StatusOr<FrameHead>> WebSocketHost::NextHead() {
  for (;;) {
    const auto head =
        ReadFrameHead(std::span(buffer_).subspan(begin_, Buffered()), FrameSender::kServer);
    if (!head.ok()) {
      co_return head.status();
    }
    const std::optional<FrameHead>& found = *head;
    if (found.has_value() &&
        (!found->IsControl() || Buffered() >= found->head_bytes + found->length)) {
      begin_ += found->head_bytes;
      co_return *found;
    }
    const absl::Status filled = co_await Fill();
    if (!filled.ok()) {
      co_return filled;
    }
  }
}

// Goes on until there is payload of a message to read.
Awaitable<absl::Status> WebSocketHost::NextPayload() {
  while (left_ == 0) {
    if (closing_) {
      co_return absl::CancelledError("closed");
    }
    const absl::StatusOr<FrameHead> head = co_await NextHead();
    if (!head.ok()) {
      co_return head.status();
    }
    absl::Status begun;
    if (head->IsControl()) {
      begun = co_await Obey(*head);
    } else {
      begun = Begin(*head);
    }
    if (!begun.ok()) {
      co_return begun;
    }
  }
  co_return closing_ ? absl::CancelledError("closed") : absl::OkStatus();
}

absl::Status WebSocketHost::Begin(const FrameHead& head) {
  if (head.opcode == Opcode::kText) {
    return Bad("a text message");
  }
  if ((head.opcode == Opcode::kContinuation) != in_message_) {
    return Bad("a piece of no message, or a message within another");
  }
  in_message_ = !head.final;
  left_ = head.length;
  return absl::OkStatus();
}

Awaitable<absl::Status> WebSocketHost::Obey(FrameHead head) {
  const auto payload = std::span(buffer_).subspan(begin_, static_cast<std::size_t>(head.length));
  begin_ += payload.size();
  if (head.opcode == Opcode::kClose) {
    co_return co_await OnClose(payload);
  }
  if (head.opcode == Opcode::kPong) {
    co_return absl::OkStatus();
  }
  std::ranges::copy(payload, pong_.begin());
  pong_bytes_ = payload.size();  // of several, the last is answered (RFC 6455, section 5.5.3)
  if (sending_) {
    co_return absl::OkStatus();  // whoever sends does it afterwards
  }
  sending_ = true;
  absl::Status sent = co_await SendOwed();
  sending_ = false;
  turn_.cancel();
  co_return sent;
}

Awaitable<absl::Status> WebSocketHost::OnClose(std::span<const std::uint8_t> payload) {
  const auto code =
      payload.size() < 2 ? kNoStatus : static_cast<std::uint16_t>(payload[0] << 8U | payload[1]);
  peer_close_ = PeerClose{.code = code};
  if (!sending_ && !closing_) {
    closing_ = true;
    asio::co_spawn(executor_, SayGoodbye(inner_, timers_), [](const std::exception_ptr&) {});
  }
  co_return Error(absl::StatusCode::kOutOfRange,
                  "the host closed its WebSocket with code " + std::to_string(code));
}

// The pong that a ping waits for.
Awaitable<absl::Status> WebSocketHost::SendOwed() {
  while (pong_bytes_.has_value()) {
    const std::array<std::uint8_t, kMaxControlBytes> pong = pong_;
    const std::size_t size = *pong_bytes_;
    pong_bytes_.reset();
    const absl::Status sent =
        co_await SendFrame(*inner_, Opcode::kPong, std::span(pong).first(size));
    if (!sent.ok()) {
      co_return sent;
    }
  }
  co_return absl::OkStatus();
}

Awaitable<absl::Status> WebSocketHost::Write(std::span<const std::uint8_t> bytes) {
  while (sending_ && !closing_) {
    co_await turn_.async_wait(kTuple);
  }
  if (closing_) {
    co_return absl::CancelledError("closed");
  }
  sending_ = true;
  absl::Status sent = co_await SendFrame(*inner_, Opcode::kBinary, bytes);
  if (sent.ok()) {
    sent = co_await SendOwed();
  }
  sending_ = false;
  turn_.cancel();
  co_return closing_ ? absl::CancelledError("closed") : sent;
}

void WebSocketHost::Close(Ending /*ending*/) {
  if (closing_) {
    return;
  }
  closing_ = true;
  turn_.cancel();
  if (sending_ || peer_close_.has_value()) {
    inner_->Close({});  // a close frame would stand in the middle of another
    return;
  }
  asio::co_spawn(executor_, SayGoodbye(inner_, timers_), [](const std::exception_ptr&) {});
}

Awaitable<Closing> WebSocketHost::Closed() {
  co_return co_await inner_->Closed();
}

}  // namespace porthole::net

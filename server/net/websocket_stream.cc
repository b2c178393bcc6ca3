#include "net/websocket_stream.h"

#include "base/status.h"
#include "net/error.h"
#include "net/tcp_life.h"
#include "net/websocket_frame.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace porthole::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Next = WebSocketInput::Next;

constexpr auto kTuple = asio::as_tuple(asio::deferred);
constexpr std::size_t kMaxSentenceBytes = 120;

bool IsUtf8Continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// What fits into a close frame's reason (RFC 6455, section 5.5.1): control characters removed, cut
// at a character border.
std::string CutSentence(std::string text) {
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; });
  if (text.size() > kMaxSentenceBytes) {
    std::size_t end = kMaxSentenceBytes;
    while (end > 0 && IsUtf8Continuation(text[end])) {
      --end;
    }
    text.resize(end);
  }
  return text;
}

}  // namespace

WebSocketStream::WebSocketStream(Transport transport,
                                 Timers& timers,
                                 const Timeouts& timeouts,
                                 std::string opening)
    : transport_(std::move(transport)),
      timeouts_(timeouts),
      opening_(std::move(opening)),
      last_write_(std::chrono::steady_clock::now()),
      last_heard_(last_write_),
      life_timer_(timers, [this] { CheckLife(); }),
      close_timer_(timers, [this] { CutOff("the viewer did not read its close frame"); }),
      sent_signal_(transport_.Wire().get_executor(), SteadyTimer::time_point::max()) {
  life_timer_.Arm(timeouts_.ping_after);
}

Awaitable<absl::Status> WebSocketStream::WaitReadable() {
  for (;;) {
    if (closing_) {
      co_return absl::CancelledError("closed");
    }
    const absl::StatusOr<Next> next = input_.Peek();
    if (!next.ok()) {
      co_return Malformed(next.status());
    }
    if (*next == Next::kPayload) {
      co_return absl::OkStatus();
    }
    absl::Status gone_on;
    if (*next == Next::kMore) {
      gone_on = co_await Fill();
    } else {
      gone_on = co_await Obey(*next);
    }
    if (!gone_on.ok()) {
      co_return gone_on;
    }
  }
}

Awaitable<absl::StatusOr<std::size_t>> WebSocketStream::ReadSome(std::span<std::uint8_t> target) {
  absl::Status waited = co_await WaitReadable();
  if (!waited.ok()) {
    co_return waited;
  }
  co_return TakeAll(target);
}

// The payload that is there, of as many frames as there are; what else comes first is left to the
// next call.
absl::StatusOr<std::size_t> WebSocketStream::TakeAll(std::span<std::uint8_t> target) {
  const bool more_may_wait = input_.WasFull();
  std::size_t count = 0;
  absl::StatusOr<Next> next = Next::kPayload;
  while (count < target.size() && next.ok() && *next == Next::kPayload) {
    count += input_.TakePayload(target.subspan(count));
    next = input_.Peek();
  }
  // A long message's rest goes past the room.
  target = target.subspan(count);
  const std::size_t most = std::min<std::uint64_t>(target.size(), input_.LeftPastRoom());
  if (!more_may_wait || most == 0) {
    return count;
  }
  const Attempt attempt = transport_.TryRead(target.first(most));  // a failure is met again
  input_.TookPast(target.first(attempt.bytes));
  return count + attempt.bytes;
}

// Takes what arrived, or waits for it. Goes by way of the loop though more be there already:
// whoever floods has a turn, and the others have theirs.
Awaitable<absl::Status> WebSocketStream::Fill() {
  SendOpening();
  error_code error;
  if (!transport_.HasPending()) {
    error = std::get<0>(co_await transport_.WaitFor(Attempt::Need::kReadable));
  }
  if (closing_) {
    co_return absl::CancelledError("closed");
  }
  if (!error) {
    error = TakeBytes();
  }
  co_return error ? ReadFailure(error) : absl::OkStatus();
}

// One attempt.
error_code WebSocketStream::TakeBytes() {
  const Attempt attempt = transport_.TryRead(input_.Room());
  input_.Filled(attempt.bytes);
  return attempt.error;
}

Awaitable<absl::Status> WebSocketStream::Obey(Next control) {
  if (control == Next::kPing) {
    co_return co_await OnPing();
  }
  if (control == Next::kClose) {
    co_return OnClose();
  }
  input_.TakeControl();  // a pong: that something arrived was noted by the kernel
  co_return absl::OkStatus();
}

// A viewer that pings and does not read is not read any more, either: one pong is owed at most.
Awaitable<absl::Status> WebSocketStream::OnPing() {
  while (pong_owed_.has_value() && !closing_ && !lost_) {
    co_await sent_signal_.async_wait(kTuple);
  }
  const std::span<const std::uint8_t> payload = input_.TakeControl();
  pong_owed_.emplace(payload.begin(), payload.end());
  SendOwed();
  co_return absl::OkStatus();
}

absl::Status WebSocketStream::OnClose() {
  const std::span<const std::uint8_t> payload = input_.TakeControl();
  const absl::StatusOr<std::uint16_t> code = CloseCode(payload);
  if (!code.ok()) {
    return Malformed(code.status());
  }
  peer_close_ = PeerClose{.code = *code};
  life_timer_.Disarm();
  // The answer goes behind the frame on its way, if there is one: not longer than this.
  close_timer_.Arm(timeouts_.close_write);
  OweClose(*code, {});
  return Error(absl::StatusCode::kOutOfRange, "the viewer closed the WebSocket");
}

absl::Status WebSocketStream::Malformed(const absl::Status& fault) {
  fault_code_ = input_.IsText() ? kUnsupportedData : kProtocolError;
  return fault;
}

absl::Status WebSocketStream::ReadFailure(const error_code& error) {
  if (!cut_off_.empty()) {
    return Error(absl::StatusCode::kDeadlineExceeded, cut_off_);
  }
  if (closing_) {
    return absl::CancelledError("closed");
  }
  absl::Status status = ToStatus(error, "read");
  Lost();
  if (status.code() == absl::StatusCode::kInvalidArgument) {
    return status;  // it broke TLS
  }
  // A FIN without a close frame is no good-bye in RFC 6455.
  return Error(absl::StatusCode::kUnavailable, Message(status));
}

void WebSocketStream::CheckLife() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (HeardSinceLastCheck()) {
    last_heard_ = now;
  }
  if (now - last_heard_ >= timeouts_.viewer_dead_after) {
    CutOff("the viewer gave no sign of life");
    return;
  }
  if (sending_) {
    last_write_ = now;  // a frame on its way is no silence
  } else if (now - last_write_ >= timeouts_.ping_after) {
    ping_owed_ = true;
    SendOwed();
  }
  const SteadyTime next =
      std::min(last_heard_ + timeouts_.viewer_dead_after, last_write_ + timeouts_.ping_after);
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(next - now);
  life_timer_.Arm(std::max(wait, timeouts_.ping_after / 4));
}

// Whether bytes arrived or were acknowledged: a slow viewer is alive, a vanished one is not.
bool WebSocketStream::HeardSinceLastCheck() {
  const std::uint64_t heard = BytesHeard(transport_.Wire().native_handle());
  return std::exchange(heard_bytes_, heard) != heard;
}

void WebSocketStream::CutOff(const char* why) {
  cut_off_ = why;
  was_reset_ = true;
  transport_.Reset();
  Lost();
}

// Nothing can be sent any more.
void WebSocketStream::Lost() {
  lost_ = true;
  life_timer_.Disarm();
  close_timer_.Disarm();
  if (!frame_.empty()) {
    frame_ = {};
    sending_ = false;
  }
  sent_signal_.cancel();
}

void WebSocketStream::Close(Ending ending) {
  if (closing_) {
    return;
  }
  closing_ = true;
  life_timer_.Disarm();
  text_owed_ = {};
  const bool silent = ending.code == 0 && !close_owed_.has_value();
  if (lost_ || silent) {
    SendOpening();
    transport_.Close();  // what is in flight comes back
    sent_signal_.cancel();
    return;
  }
  if (close_owed_.has_value()) {
    SendingEnded();  // the viewer's own close was answered, or is being
    return;
  }
  close_timer_.Arm(timeouts_.close_write);
  const bool exact = fault_code_ != 0 && ending.code == kProtocolError;
  OweClose(exact ? fault_code_ : ending.code, CutSentence(std::move(ending.sentence)));
}

// Reads and discards until the viewer's close frame. One that broke RFC 6455 has none to be found.
Awaitable<void> WebSocketStream::AwaitPeerClose() {
  std::array<std::uint8_t, 256> discarded;  // NOLINT(*-init-variables,*-member-init)
  while (fault_code_ == 0 && !peer_close_.has_value() && !lost_) {
    const absl::StatusOr<Next> next = input_.Peek();
    if (!next.ok()) {
      co_return;
    }
    switch (*next) {
      case Next::kPayload:
        input_.TakePayload(discarded);
        continue;
      case Next::kPing:
      case Next::kPong:
        input_.TakeControl();
        continue;
      case Next::kClose:
        co_return;
      case Next::kMore:
        break;
    }
    error_code error;
    if (!transport_.HasPending()) {
      error = std::get<0>(co_await transport_.WaitFor(Attempt::Need::kReadable));
    }
    if (error || TakeBytes()) {
      Lost();
    }
  }
}

Awaitable<Closing> WebSocketStream::Closed() {
  while (!closing_ || sending_) {
    co_await sent_signal_.async_wait(kTuple);
  }
  if (!lost_ && transport_.Wire().is_open()) {
    co_await AwaitPeerClose();
  }
  close_timer_.Disarm();
  if (was_reset_) {
    co_return Closing::kReset;
  }
  if (lost_) {
    transport_.Close();
    co_return Closing::kLost;
  }
  if (peer_close_.has_value()) {
    // Both have said good-bye, and the viewer sends nothing after its own (RFC 6455,
    // section 5.5.1).
    transport_.Leave();
    co_return Closing::kClean;
  }
  co_return co_await transport_.Linger(life_timer_.Owner(), timeouts_.close_read);
}

}  // namespace porthole::net

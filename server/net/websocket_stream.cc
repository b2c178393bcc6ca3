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
constexpr std::uint16_t kProtocolError = 1002;  // RFC 6455, section 7.4.1
constexpr std::uint16_t kUnsupportedData = 1003;
constexpr std::uint16_t kNoStatus = 1005;

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

absl::Status ClosedHere() {
  return absl::CancelledError("closed");
}

}  // namespace

WebSocketStream::WebSocketStream(Transport transport, Timers& timers, const Timeouts& timeouts)
    : transport_(std::move(transport)),
      timeouts_(timeouts),
      last_write_(std::chrono::steady_clock::now()),
      last_heard_(last_write_),
      life_timer_(timers, [this] { CheckLife(); }),
      close_timer_(timers, [this] { CutOff("the viewer did not read its close frame"); }),
      sent_signal_(transport_.get_executor(), asio::steady_timer::time_point::max()) {
  life_timer_.Arm(timeouts_.ping_after);
}

Awaitable<absl::Status> WebSocketStream::WaitReadable() {
  for (;;) {
    if (closing_) {
      co_return ClosedHere();
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

// Waits for bytes and takes them.
Awaitable<absl::Status> WebSocketStream::Fill() {
  // Mostly the last bytes were all there were; the wait sees those that came since.
  bool wait_first = !input_.WasFull() && !transport_.HasPending();
  const std::span<std::uint8_t> room = input_.Room();
  for (;;) {
    const Attempt attempt =
        wait_first ? Attempt{.need = Attempt::Need::kReadable} : transport_.TryRead(room);
    wait_first = false;
    if (attempt.error) {
      co_return ReadFailure(attempt.error);
    }
    if (attempt.bytes > 0) {
      input_.Filled(attempt.bytes);
      co_return absl::OkStatus();
    }
    const auto [waited] = co_await transport_.WaitFor(attempt.need);
    if (closing_) {
      co_return ClosedHere();
    }
    if (waited) {
      co_return ReadFailure(waited);
    }
  }
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
    return ClosedHere();
  }
  absl::Status status = ToStatus(error, "read");
  Lost();
  if (status.code() == absl::StatusCode::kInvalidArgument) {
    return status;  // it broke TLS
  }
  // A FIN without a close frame is no good-bye in RFC 6455.
  return Error(absl::StatusCode::kUnavailable, Message(status));
}

Awaitable<absl::Status> WebSocketStream::Write(std::span<const std::uint8_t> bytes) {
  while (sending_ && !closing_) {
    write_waits_ = true;
    co_await sent_signal_.async_wait(kTuple);
  }
  write_waits_ = false;
  if (closing_) {
    co_return ClosedHere();
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
    co_return ClosedHere();
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
  const std::span head =
      std::span(space).first(WriteFrameHead(Opcode::kBinary, bytes.size(), std::nullopt, space));
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

void WebSocketStream::SendOwed() {
  while (!sending_ && !lost_) {
    frame_ = TakeOwed();
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
  if (close_sent_ && !sending_) {
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
  const std::uint64_t heard = BytesHeard(transport_.next_layer().native_handle());
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
    const Attempt attempt = transport_.TryRead(input_.Room());
    input_.Filled(attempt.bytes);
    error_code error = attempt.error;
    if (attempt.need != Attempt::Need::kNothing) {
      error = std::get<0>(co_await transport_.WaitFor(attempt.need));
    }
    if (error) {
      Lost();
    }
  }
}

Awaitable<Closing> WebSocketStream::Closed() {
  while (!closing_ || sending_) {
    co_await sent_signal_.async_wait(kTuple);
  }
  if (!lost_ && transport_.next_layer().is_open()) {
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
  co_return co_await transport_.Linger(life_timer_.Owner(), timeouts_.close_read);
}

}  // namespace porthole::net

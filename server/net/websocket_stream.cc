#include "net/websocket_stream.h"

#include "base/status.h"
#include "net/deadline.h"
#include "net/error.h"
#include "net/tcp_life.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream_base.hpp>

#include <algorithm>
#include <cstring>

namespace porthole::net {
namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
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

WebSocketStream::WebSocketStream(Transport transport, Timers& timers, const Timeouts& timeouts)
    : socket_(std::move(transport)),
      timeouts_(timeouts),
      facts_(socket_.next_layer().Facts()),
      life_timer_(timers, [this] { CheckLife(); }),
      close_timer_(timers, [this] { CutOff("the viewer did not read its close frame"); }),
      frame_done_signal_(socket_.get_executor(), asio::steady_timer::time_point::max()) {
  // Time limits are kept here: Beast's idle timeout sees received bytes only, and its ping waits
  // behind a stuck write.
  socket_.set_option(websocket::stream_base::timeout{websocket::stream_base::none(),
                                                     websocket::stream_base::none(), false});
  socket_.auto_fragment(false);
  socket_.binary(true);
  socket_.read_message_max(0);  // messages are streamed, never collected
  socket_.control_callback(
      [this](websocket::frame_type kind, boost::beast::string_view) { OnControlFrame(kind); });
}

Awaitable<absl::Status> WebSocketStream::Accept(const Request& request,
                                                std::string subprotocol,
                                                HeaderList headers) {
  socket_.set_option(websocket::stream_base::decorator(
      [&subprotocol, &headers](websocket::response_type& response) {
        if (!subprotocol.empty()) {
          response.set(boost::beast::http::field::sec_websocket_protocol, subprotocol);
        }
        // Beast would put its own name and version where there is none.
        response.set(boost::beast::http::field::server, "porthole");
        for (const auto& [name, value] : headers) {
          response.set(name, value);
        }
      }));
  const Deadline deadline(life_timer_.Owner(), timeouts_.http_header,
                          [this] { CutOff("the viewer did not take the answer to its upgrade"); });
  const auto [error] = co_await socket_.async_accept(request, kTuple);
  socket_.set_option(websocket::stream_base::decorator([](websocket::response_type&) {}));
  if (deadline.Passed()) {
    co_return Error(absl::StatusCode::kDeadlineExceeded, cut_off_);
  }
  if (error) {
    lost_ = true;
    co_return ToStatus(error, "WebSocket handshake");
  }
  last_write_ = last_heard_ = std::chrono::steady_clock::now();
  life_timer_.Arm(timeouts_.ping_after);
  co_return absl::OkStatus();
}

Awaitable<absl::Status> WebSocketStream::WaitReadable() {
  if (head_begin_ < head_end_) {
    co_return absl::OkStatus();
  }
  const absl::StatusOr<std::size_t> count = co_await ReadFrame(head_);
  if (!count.ok()) {
    co_return count.status();
  }
  head_begin_ = 0;
  head_end_ = static_cast<std::uint16_t>(*count);
  co_return absl::OkStatus();
}

Awaitable<absl::StatusOr<std::size_t>> WebSocketStream::ReadSome(std::span<std::uint8_t> target) {
  if (closing_) {
    co_return absl::CancelledError("closed");
  }
  if (head_begin_ == head_end_) {
    co_return co_await ReadFrame(target);
  }
  const std::size_t count =
      std::min(target.size(), static_cast<std::size_t>(head_end_ - head_begin_));
  std::memcpy(target.data(), head_.data() + head_begin_, count);
  head_begin_ = static_cast<std::uint16_t>(head_begin_ + count);
  co_return count;
}

Awaitable<absl::StatusOr<std::size_t>> WebSocketStream::ReadFrame(std::span<std::uint8_t> target) {
  for (;;) {
    const auto [error, count] =
        co_await socket_.async_read_some(asio::buffer(target.data(), target.size()), kTuple);
    if (error) {
      co_return ReadError(error);
    }
    if (closing_) {
      co_return absl::CancelledError("closed");
    }
    if (socket_.got_text()) {
      fault_code_ = static_cast<std::uint16_t>(websocket::close_code::unknown_data);
      co_return Error(absl::StatusCode::kInvalidArgument,
                      "the viewer sent a text message where none is agreed");
    }
    if (count > 0) {
      co_return count;  // an empty message says nothing in RFB
    }
  }
}

absl::Status WebSocketStream::ReadError(const error_code& error) {
  if (!cut_off_.empty()) {
    return Error(absl::StatusCode::kDeadlineExceeded, cut_off_);
  }
  if (error == websocket::error::closed) {
    frame_done_ = true;  // Beast answered the viewer's close frame
    return Error(absl::StatusCode::kOutOfRange, "the viewer closed the WebSocket");
  }
  if (closing_) {
    return absl::CancelledError("closed");
  }
  absl::Status status = ToStatus(error, "read");
  if (status.code() == absl::StatusCode::kInvalidArgument) {
    frame_done_ = true;  // Beast sent the close frame for a malformed one
    return status;
  }
  lost_ = true;
  // A FIN without a close frame is no good-bye in RFC 6455.
  return Error(absl::StatusCode::kUnavailable, Message(status));
}

Awaitable<absl::Status> WebSocketStream::Write(std::span<const std::uint8_t> bytes) {
  while (texting_ && !closing_) {
    write_waits_ = true;
    co_await frame_done_signal_.async_wait(kTuple);
  }
  write_waits_ = false;
  if (closing_) {
    co_return absl::CancelledError("closed");
  }
  writing_ = true;
  last_write_ = std::chrono::steady_clock::now();
  socket_.binary(true);
  const auto [error, count] =
      co_await socket_.async_write(asio::buffer(bytes.data(), bytes.size()), kTuple);
  writing_ = false;
  if (closing_) {
    if (!frame_done_) {
      close_timer_.Arm(timeouts_.close_read);  // the close frame goes out now
    }
    co_return absl::CancelledError("closed");
  }
  if (!cut_off_.empty()) {
    co_return Error(absl::StatusCode::kDeadlineExceeded, cut_off_);
  }
  if (error) {
    lost_ = true;
    const absl::Status status = ToStatus(error, "write");
    co_return status.code() == absl::StatusCode::kCancelled
        ? Error(absl::StatusCode::kUnavailable, Message(status))
        : status;
  }
  if (!waiting_text_.empty()) {
    StartText();
  }
  co_return absl::OkStatus();
}

void WebSocketStream::SendText(std::string text) {
  if (closing_ || lost_) {
    return;
  }
  waiting_text_ = std::move(text);
  if (!writing_ && !texting_ && !waiting_text_.empty()) {
    StartText();
  }
}

void WebSocketStream::StartText() {
  texting_ = true;
  text_ = std::exchange(waiting_text_, {});
  last_write_ = std::chrono::steady_clock::now();
  socket_.binary(false);
  socket_.async_write(asio::buffer(text_),
                      [this](const error_code& error, std::size_t /*count*/) { TextDone(error); });
}

// A failure is not told here: whoever reads or writes next meets it, too.
void WebSocketStream::TextDone(const error_code& error) {
  texting_ = false;
  text_ = {};
  lost_ = lost_ || (error && !closing_);
  if (closing_ && !frame_done_) {
    close_timer_.Arm(timeouts_.close_read);  // the close frame goes out now
  }
  if (!error && !closing_ && !write_waits_ && !waiting_text_.empty()) {
    StartText();  // never twice before a picture that waits
  }
  frame_done_signal_.cancel();
}

void WebSocketStream::OnControlFrame(websocket::frame_type kind) {
  if (kind != websocket::frame_type::close || closing_) {
    return;
  }
  peer_close_ = PeerClose{.code = static_cast<std::uint16_t>(socket_.reason().code)};
  life_timer_.Disarm();
  // Beast answers behind the frame in flight, if there is one: not longer than this.
  close_timer_.Arm(timeouts_.close_write);
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
  if (writing_ || texting_) {
    last_write_ = now;  // a frame in flight is no silence
  }
  if (!pinging_ && now - last_write_ >= timeouts_.ping_after) {
    pinging_ = true;
    last_write_ = now;
    socket_.async_ping({}, [this](const error_code& error) {
      if (error != asio::error::operation_aborted) {
        pinging_ = false;  // on an abort the stream may be gone
      }
    });
  }
  const SteadyTime next =
      std::min(last_heard_ + timeouts_.viewer_dead_after, last_write_ + timeouts_.ping_after);
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(next - now);
  life_timer_.Arm(std::max(wait, timeouts_.ping_after / 4));
}

// Whether bytes arrived or were acknowledged: a slow viewer is alive, a vanished one is not.
bool WebSocketStream::HeardSinceLastCheck() {
  const std::uint64_t heard = BytesHeard(socket_.next_layer().next_layer().native_handle());
  return std::exchange(heard_bytes_, heard) != heard;
}

void WebSocketStream::CutOff(const char* why) {
  life_timer_.Disarm();
  cut_off_ = why;
  lost_ = true;
  was_reset_ = true;
  socket_.next_layer().Reset();
}

void WebSocketStream::Close(Ending ending) {
  if (closing_) {
    return;
  }
  closing_ = true;
  life_timer_.Disarm();
  if (lost_ || frame_done_ || ending.code == 0) {
    if ((ending.code == 0 && !frame_done_) || (lost_ && texting_)) {
      socket_.next_layer().Close();  // what is in flight comes back
    }
    CloseFrameDone();
    return;
  }
  close_timer_.Arm(writing_ || texting_ ? timeouts_.close_write : timeouts_.close_read);
  const bool exact = fault_code_ != 0 && ending.code == websocket::close_code::protocol_error;
  websocket::close_reason reason(CutSentence(std::move(ending.sentence)).c_str());
  reason.code = exact ? fault_code_ : ending.code;
  close_pending_ = true;
  socket_.async_close(reason, [this](const error_code& error) {
    close_pending_ = false;
    // Where the viewer's close frame came first, Beast answered that one and aborts ours.
    if (error && error != websocket::error::closed && !frame_done_) {
      lost_ = true;
    }
    CloseFrameDone();
  });
}

void WebSocketStream::CloseFrameDone() {
  frame_done_ = true;
  close_timer_.Disarm();
  frame_done_signal_.cancel();
}

Awaitable<Closing> WebSocketStream::Closed() {
  while (!closing_ || !frame_done_ || close_pending_ || texting_) {
    co_await frame_done_signal_.async_wait(kTuple);
  }
  if (was_reset_) {
    co_return Closing::kReset;
  }
  if (lost_) {
    socket_.next_layer().Close();
    co_return Closing::kLost;
  }
  const Closing closing =
      co_await socket_.next_layer().Linger(life_timer_.Owner(), timeouts_.close_read);
  co_return closing;
}

}  // namespace porthole::net

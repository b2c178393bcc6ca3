#pragma once

#include "net/byte_stream.h"
#include "net/timeouts.h"
#include "net/timers.h"
#include "net/transport.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace porthole::net {

// A viewer's WebSocket (RFC 6455), server side, as a stream of binary messages. permessage-deflate
// is never negotiated: RFB's encodings are compressed already. Keeps the connection alive with
// pings, and ends one that gives no sign of life.
class WebSocketStream final : public ByteStream {
 public:
  using Request =
      boost::beast::http::request<boost::beast::http::empty_body, boost::beast::http::fields>;
  using HeaderList = std::vector<std::pair<std::string, std::string>>;

  WebSocketStream(Transport transport, Timers& timers, const Timeouts& timeouts);

  // Answers the upgrade with 101, the chosen `subprotocol` (none when empty) and `headers`.
  // Errors: as ByteStream's; DEADLINE_EXCEEDED when the other side does not take the answer.
  Awaitable<absl::Status> Accept(const Request& request,
                                 std::string subprotocol,
                                 HeaderList headers);

  Awaitable<absl::Status> WaitReadable() override;
  Awaitable<absl::StatusOr<std::size_t>> ReadSome(std::span<std::uint8_t> target) override;
  Awaitable<absl::Status> Write(std::span<const std::uint8_t> bytes) override;
  void SendText(std::string text) override;
  void Close(Ending ending) override;
  Awaitable<Closing> Closed() override;
  std::optional<PeerClose> ClosedByPeer() const override { return peer_close_; }
  TransportFacts Facts() const override { return facts_; }

 private:
  using WebSocket = boost::beast::websocket::stream<Transport, false>;

  // Most of a viewer's messages are shorter than this; longer ones come in pieces.
  static constexpr std::size_t kHeadBytes = 512;

  Awaitable<absl::StatusOr<std::size_t>> ReadFrame(std::span<std::uint8_t> target);
  absl::Status ReadError(const boost::system::error_code& error);
  void StartText();
  void TextDone(const boost::system::error_code& error);
  void OnControlFrame(boost::beast::websocket::frame_type kind);
  void CheckLife();
  bool HeardSinceLastCheck();
  void CutOff(const char* why);
  void CloseFrameDone();

  WebSocket socket_;
  const Timeouts& timeouts_;
  TransportFacts facts_;

  std::array<std::uint8_t, kHeadBytes> head_{};  // read while waiting, not asked for yet
  std::uint16_t head_begin_ = 0;
  std::uint16_t head_end_ = 0;

  bool writing_ = false;
  bool write_waits_ = false;  // for the text message in flight
  bool texting_ = false;      // a text message is in flight: this must stay
  std::string text_;          // that message
  std::string waiting_text_;  // the next one; empty: none
  bool pinging_ = false;
  bool closing_ = false;
  bool lost_ = false;           // the transport failed: no close frame can be sent
  bool frame_done_ = false;     // the closing handshake is over, one way or the other
  bool close_pending_ = false;  // Beast's close has not called back yet: this must stay
  bool was_reset_ = false;
  std::string cut_off_;           // why this side reset the connection; empty: it did not
  std::uint16_t fault_code_ = 0;  // the exact close code of a protocol fault found here
  std::optional<PeerClose> peer_close_;

  SteadyTime last_write_;
  SteadyTime last_heard_;
  std::uint64_t heard_bytes_ = 0;  // received plus acknowledged, as TCP counts them
  Timer life_timer_;
  Timer close_timer_;
  boost::asio::steady_timer frame_done_signal_;  // also: a text message is out
};

}  // namespace porthole::net

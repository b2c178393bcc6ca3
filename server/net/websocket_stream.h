#pragma once

#include "net/byte_stream.h"
#include "net/timeouts.h"
#include "net/timers.h"
#include "net/transport.h"
#include "net/websocket_input.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace porthole::net {

// A viewer's WebSocket (RFC 6455), server side, as a stream of binary messages, once its upgrade
// was answered. Keeps the connection alive with pings, and ends one that gives no sign of life.
//
// One frame is on its way at a time. What else is to be sent waits behind it, at most one of a
// kind: the close frame, a pong, a ping, a text message.
class WebSocketStream final : public ByteStream {
 public:
  // `timers` and `timeouts` outlive the stream. `opening`, the answer to the upgrade, goes out with
  // the first frame, or before the first wait: it saves a packet and a wake-up at the other end.
  WebSocketStream(Transport transport,
                  Timers& timers,
                  const Timeouts& timeouts,
                  std::string opening);

  Awaitable<absl::Status> WaitReadable() override;
  Awaitable<absl::StatusOr<std::size_t>> ReadSome(std::span<std::uint8_t> target) override;
  Awaitable<absl::Status> Write(std::span<const std::uint8_t> bytes) override;
  void SendText(std::string text) override;
  void Close(Ending ending) override;
  Awaitable<Closing> Closed() override;
  std::optional<PeerClose> ClosedByPeer() const override { return peer_close_; }
  TransportFacts Facts() const override { return transport_.Facts(); }

 private:
  // Reading.
  Awaitable<absl::Status> Fill();
  boost::system::error_code TakeBytes();
  Awaitable<absl::Status> Obey(WebSocketInput::Next control);
  Awaitable<absl::Status> OnPing();
  absl::Status OnClose();
  absl::Status Malformed(const absl::Status& fault);
  absl::Status ReadFailure(const boost::system::error_code& error);
  absl::StatusOr<std::size_t> TakeAll(std::span<std::uint8_t> target);
  Awaitable<void> AwaitPeerClose();

  // Writing (websocket_sending.cc).
  Awaitable<boost::system::error_code> SendMessage(std::span<const std::uint8_t> bytes);
  std::string TakeOwed();
  void SendOpening();
  void SendOwed();
  void GoOnSending();
  void SendingEnded();
  void OweClose(std::uint16_t code, std::string_view sentence);

  // Life and end.
  void CheckLife();
  bool HeardSinceLastCheck();
  void CutOff(const char* why);
  void Lost();

  Transport transport_;
  const Timeouts& timeouts_;
  WebSocketInput input_;

  std::string opening_;                    // not sent yet
  bool sending_ = false;                   // a frame is on its way
  std::string frame_;                      // that frame, where it is none of Write()
  std::size_t frame_sent_ = 0;             // of it
  bool write_waits_ = false;               // for the frame on its way
  std::optional<std::string> close_owed_;  // as frames' payloads
  std::optional<std::string> pong_owed_;
  bool ping_owed_ = false;
  std::string text_owed_;

  bool close_sent_ = false;  // or taken by sending_: nothing follows it
  bool closing_ = false;
  bool lost_ = false;  // the transport failed: nothing can be sent
  bool was_reset_ = false;
  std::string cut_off_;           // why this side reset the connection; empty: it did not
  std::uint16_t fault_code_ = 0;  // the close code of a fault in what the viewer sent
  std::optional<PeerClose> peer_close_;

  SteadyTime last_write_;
  SteadyTime last_heard_;
  std::uint64_t heard_bytes_ = 0;  // received plus acknowledged, as TCP counts them
  Timer life_timer_;
  Timer close_timer_;
  SteadyTimer sent_signal_;  // a frame is out, or everything is over
};

}  // namespace porthole::net

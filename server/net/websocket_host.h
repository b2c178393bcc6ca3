#pragma once

#include "net/byte_stream.h"
#include "net/timers.h"
#include "net/websocket_frame.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace porthole::net {

// A host's WebSocket (RFC 6455), client side, as a stream of bytes: binary messages of any length
// and in any pieces, none held as a whole. Goes
// over any stream, so that TLS and tunnels below it are nobody's business here. Answers pings,
// behind the frame in flight.
class WebSocketHost final : public ByteStream {
 public:
  // `inner` was upgraded (AskUpgrade()); `timers` outlives the stream.
  WebSocketHost(std::unique_ptr<ByteStream> inner, const Executor& executor, Timers& timers);

  Awaitable<absl::Status> WaitReadable() override;
  Awaitable<absl::StatusOr<std::size_t>> ReadSome(std::span<std::uint8_t> target) override;
  Awaitable<absl::Status> Write(std::span<const std::uint8_t> bytes) override;
  // Says good-bye with a close frame, for a second at most, where no frame is in flight.
  void Close(Ending ending) override;
  Awaitable<Closing> Closed() override;
  std::optional<PeerClose> ClosedByPeer() const override { return peer_close_; }
  TransportFacts Facts() const override { return inner_->Facts(); }

 private:
  std::size_t Buffered() const { return end_ - begin_; }
  Awaitable<absl::Status> Fill();
  Awaitable<absl::StatusOr<FrameHead>> NextHead();
  Awaitable<absl::Status> NextPayload();
  absl::Status Begin(const FrameHead& head);
  Awaitable<absl::Status> Obey(FrameHead head);
  Awaitable<absl::Status> OnClose(std::span<const std::uint8_t> payload);
  Awaitable<absl::Status> SendOwed();

  std::shared_ptr<ByteStream> inner_;  // shared with a good-bye that is on its way
  Executor executor_;
  Timers& timers_;

  // Heads and control frames, and the beginning of what follows them.
  std::array<std::uint8_t, 256> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t left_ = 0;   // of the payload of the frame that is being read
  bool in_message_ = false;  // its message goes on in another frame

  bool sending_ = false;
  SteadyTimer turn_;  // whoever waits to send
  std::array<std::uint8_t, kMaxControlBytes> pong_{};
  std::optional<std::size_t> pong_bytes_;  // a pong of so many bytes is owed
  bool closing_ = false;
  std::optional<PeerClose> peer_close_;
};

}  // namespace porthole::net

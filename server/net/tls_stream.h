#pragma once

#include "net/byte_stream.h"
#include "net/tls.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace porthole::net {

// TLS over any stream: a WebSocket, a tunnel, TLS again. Over a plain socket use the socket's own,
// which copies less. Holds a buffer only while bytes are moved; then one record each way at most.
//
// The stream that it is put into must own it from the beginning on, so that whoever closes that one
// ends a handshake that hangs.
class TlsStream final : public ByteStream {
 public:
  // What OpenSSL reads and writes. Internal; stays where it is, because the BIO points to it.
  struct Wires {
    std::vector<std::uint8_t> in;
    std::size_t in_used = 0;
    std::vector<std::uint8_t> out;
  };

  // Takes both over. `tls` was told whether it connects or accepts, and whom to believe.
  TlsStream(std::unique_ptr<ByteStream> inner, SSL* tls);

  // Must succeed before bytes pass. Errors: ABORTED with HandshakeFailure()'s words, also where the
  // other side is gone before the end; else as `inner`'s.
  Awaitable<absl::Status> Handshake();

  Awaitable<absl::Status> WaitReadable() override;
  Awaitable<absl::StatusOr<std::size_t>> ReadSome(std::span<std::uint8_t> target) override;
  Awaitable<absl::Status> Write(std::span<const std::uint8_t> bytes) override;
  void Close(Ending ending) override;
  Awaitable<Closing> Closed() override;
  std::optional<PeerClose> ClosedByPeer() const override { return inner_->ClosedByPeer(); }
  // The peer as `inner` knows it, TLS as it is here.
  TransportFacts Facts() const override;

  // For what the handshake came to; still owned here.
  SSL* Native() const { return tls_.get(); }

 private:
  struct FreeTls {
    void operator()(SSL* tls) const;
  };

  // What reading or writing that did not succeed came to; OK: it wants to read.
  absl::Status Outcome(int result, std::string_view doing) const;
  // Why reading failed, where the other end says so late what it thinks of our certificate.
  absl::Status Verdict(const absl::Status& failure) const;
  Awaitable<absl::Status> Exchange(bool more);
  Awaitable<absl::Status> Fill();
  Awaitable<absl::Status> Flush();

  std::unique_ptr<ByteStream> inner_;
  Wires wires_;
  std::unique_ptr<SSL, FreeTls> tls_;
  bool verdict_open_ = false;  // nothing was read since the handshake
  bool closed_ = false;
};

}  // namespace porthole::net

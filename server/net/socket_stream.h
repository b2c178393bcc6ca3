#pragma once

#include "net/byte_stream.h"
#include "net/transport.h"

namespace porthole::net {

// What a TCP connection to a host needs: one that vanishes is noticed within a minute, whether we
// write or wait.
void SetHostOptions(Socket& socket);

// A host's connection: bytes straight over a socket, with TLS where it was started.
class SocketStream final : public ByteStream {
 public:
  explicit SocketStream(Transport transport) : transport_(std::move(transport)) {}

  // TLS as the client from here on; takes `tls` over. Errors: as Transport::HandshakeAsClient().
  Awaitable<absl::Status> StartTls(SSL* tls) { return transport_.HandshakeAsClient(tls); }

  Awaitable<absl::Status> WaitReadable() override;
  Awaitable<absl::StatusOr<std::size_t>> ReadSome(std::span<std::uint8_t> target) override;
  Awaitable<absl::Status> Write(std::span<const std::uint8_t> bytes) override;
  // Closes at once; a host needs no words.
  void Close(Ending ending) override;
  Awaitable<Closing> Closed() override;
  TransportFacts Facts() const override {
    return facts_.peer.empty() ? transport_.Facts() : facts_;
  }

 private:
  Transport transport_;
  TransportFacts facts_;  // as they were when it closed
  bool closed_ = false;
};

}  // namespace porthole::net

#pragma once

#include "base/descriptor.h"
#include "tests/bench/load/tls_client.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace porthole::bench {

// One connection's bytes, plain or in TLS; nothing here waits.
class Wire {
 public:
  // With `tls`, which may be null, the handshake is still to be done.
  Wire(Descriptor socket, TlsClient* tls);

  enum class Outcome : std::uint8_t { kDone, kLater, kEnded };
  struct Moved {
    Outcome outcome;
    std::size_t bytes;
  };

  // Goes on with TLS's handshake; kDone at once without TLS.
  Outcome Shake();
  // Reads until `into` is full enough that no more whole TLS record fits, or nothing is left.
  Moved Read(std::span<std::uint8_t> into);
  Moved Write(std::span<const std::uint8_t> from);
  // Says that nothing more will be written.
  void Finish();
  bool Resumed() const;
  const Descriptor& Socket() const { return socket_; }

 private:
  Outcome OutcomeOf(int result);
  Moved ReadTls(std::span<std::uint8_t> into);

  Descriptor socket_;
  std::unique_ptr<SSL, FreeTls> tls_;
  bool broken_ = false;
};

}  // namespace porthole::bench

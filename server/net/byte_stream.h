#pragma once

#include "net/loop.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace porthole::net {

// What the other side is told when a stream is closed. Only a WebSocket has words for it.
struct Ending {
  std::uint16_t code = 0;  // WebSocket close code; 0: no close frame, the transport just ends
  std::string sentence;    // cut to 120 bytes at a character border, control characters removed
};

// How the end of a stream went, for the log.
enum class Closing : std::uint8_t {
  kClean,  // the other side took our last bytes and closed, too
  kLost,   // the other side was gone already
  kReset,  // the other side did not read in time, so the connection was reset
};

// What the transport can say of itself. Names only; no secret.
struct TransportFacts {
  std::string peer;         // "192.0.2.1:5900", "[2001:db8::1]:5900" or a unix path
  std::string tls_version;  // "TLSv1.3"; empty without TLS
  std::string tls_cipher;
};

// How the other side closed a WebSocket, where it did.
struct PeerClose {
  std::uint16_t code = 0;
};

// One connection of bytes, whatever carries it: TCP, a unix socket, TLS, a WebSocket, or memory in
// the tests. Belongs to one coroutine chain on one worker; nothing here is thread-safe. At most one
// reader and one writer at a time.
//
// Errors, for every operation: OUT_OF_RANGE the other side ended cleanly; UNAVAILABLE it is gone
// (reset, dead); CANCELLED this side closed; INVALID_ARGUMENT it broke the transport's protocol
// (RFC 6455, TLS); DEADLINE_EXCEEDED it was silent for too long.
class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  // Returns when ReadSome() has something to say, without holding a buffer meanwhile.
  virtual Awaitable<absl::Status> WaitReadable() = 0;

  // Reads at least one byte, at most target.size(), which must not be 0.
  virtual Awaitable<absl::StatusOr<std::size_t>> ReadSome(std::span<std::uint8_t> target) = 0;

  // Writes all of `bytes`; a WebSocket sends them as one binary message.
  virtual Awaitable<absl::Status> Write(std::span<const std::uint8_t> bytes) = 0;

  // Sends `text` (UTF-8) as one text message behind the frame in flight, where the transport has
  // such messages; one that still waits is replaced. Never waits. For peers that agreed to text;
  // what is sent elsewhere, or while closing, is dropped.
  virtual void SendText(std::string text);

  // Begins to close; idempotent, the first call's ending counts. From here on no byte passes in
  // either direction: reads and writes in flight return CANCELLED, at the latest when the transport
  // is gone. May be called from a timer or a posted handler on the stream's worker.
  virtual void Close(Ending ending) = 0;

  // Returns when the transport is gone after Close(). The stream must live until then.
  virtual Awaitable<Closing> Closed() = 0;

  // How the other side said good-bye; nothing before it did, or where the transport has no words.
  virtual std::optional<PeerClose> ClosedByPeer() const { return std::nullopt; }

  virtual TransportFacts Facts() const = 0;
};

inline void ByteStream::SendText(std::string /*text*/) {}  // NOLINT(*-unnecessary-value-param)

}  // namespace porthole::net

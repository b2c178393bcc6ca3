#pragma once

#include "net/byte_stream.h"
#include "net/timers.h"
#include "net/tls.h"
#include "net/tls_wire.h"

#include <absl/status/status.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace porthole::net {

// A stream socket, TCP or unix, and TLS on it once a handshake succeeded. Internal to net/.
class Transport {
 public:
  explicit Transport(Socket socket);
  // Where it is known whom it leads to.
  Transport(Socket socket, std::string peer);
  Transport(Transport&&) noexcept = default;
  Transport& operator=(Transport&&) noexcept = default;

  // What lies below TLS.
  Socket& Wire() { return core_->socket; }

  // TLS, as the server. Errors: as ByteStream's; INVALID_ARGUMENT says what OpenSSL says.
  Awaitable<absl::Status> HandshakeAsServer(const TlsContext& context);

  // TLS, as the client; takes `tls` over, which knows whom to believe. Errors: ABORTED with
  // HandshakeFailure()'s words; CANCELLED this side closed.
  Awaitable<absl::Status> HandshakeAsClient(SSL* tls);

  // What a read's error means; as a client's first one after the handshake, perhaps the other end's
  // verdict on our certificate (ABORTED). To be asked at once, while OpenSSL remembers.
  absl::Status ReadFailure(boost::system::error_code error) const;

  // One attempt; never waits, never raises SIGPIPE.
  Attempt TryRead(std::span<std::uint8_t> target) { return core_->TryRead(target); }
  // Of `head` and `bytes` behind it, without the first `skip` bytes of both; small ones go out as
  // one. A repeated attempt must be the same up to `skip`.
  Attempt TryWrite(std::span<const std::uint8_t> head,
                   std::span<const std::uint8_t> bytes,
                   std::size_t skip) {
    return core_->TryWrite(head, bytes, skip);
  }
  Attempt TryWrite(std::span<const std::uint8_t> bytes) { return core_->TryWrite(bytes); }

  // Whether TLS holds bytes that were taken from the socket and not read yet.
  bool HasPending() const;

  // Waits until an attempt is worth repeating: to be awaited, gives a tuple of one error_code. No
  // coroutine of its own, since an idle session would keep two of them.
  auto WaitFor(Attempt::Need need) {
    return core_->socket.async_wait(KindOf(need), boost::asio::as_tuple(boost::asio::deferred));
  }
  // Calls `action` then, or never, when the transport goes first.
  void OnReady(Attempt::Need need, std::function<void(boost::system::error_code)> action);

  // Says good-bye and waits for the other side's: close_notify, FIN, then reads and discards until
  // its FIN, for at most `limit`. The socket is closed afterwards.
  Awaitable<Closing> Linger(Timers& timers, std::chrono::milliseconds limit);

  // Says good-bye and closes, without waiting for the other side's.
  void Leave();
  // Closes now: with what was sent still on its way, or (Reset) with an RST.
  void Close();
  void Reset();

  TransportFacts Facts() const;

 private:
  static Socket::wait_type KindOf(Attempt::Need need) {
    return need == Attempt::Need::kWritable ? Socket::wait_write : Socket::wait_read;
  }

  struct FreeTls {
    void operator()(SSL* tls) const;
  };

  // TLS's own good-bye, if the socket takes it.
  void SayGoodBye();
  // Takes `tls` over and makes it speak over the socket.
  absl::Status AttachTls(SSL* tls);
  // To the handshake's end, or to what stopped it.
  Awaitable<boost::system::error_code> RunHandshake();

  // Stays where it is when the Transport moves: BIO and operations point to it.
  struct Core {
    explicit Core(Socket from) : socket(std::move(from)), wire(socket) {}

    // For one call of OpenSSL.
    SSL* TlsForOneCall();

    Attempt TryRead(std::span<std::uint8_t> target);
    Attempt TryWrite(std::span<const std::uint8_t> bytes);
    Attempt TryWrite(std::span<const std::uint8_t> head,
                     std::span<const std::uint8_t> bytes,
                     std::size_t skip);
    Attempt SendBoth(std::span<const std::uint8_t> head, std::span<const std::uint8_t> bytes);
    Attempt TlsOutcome(int result, std::size_t moved);
    Attempt WriteTls(std::span<const std::uint8_t> head, std::span<const std::uint8_t> bytes);
    Attempt WriteRecord(std::span<const std::uint8_t> head, std::span<const std::uint8_t> bytes);
    Attempt SealRecords(std::span<const std::uint8_t> head, std::span<const std::uint8_t> bytes);

    Socket socket;
    TlsWire wire;
    std::unique_ptr<SSL, FreeTls> tls;
    bool tls_broken = false;    // after a fatal error not even a shutdown may be sent
    bool verdict_open = false;  // as a client: nothing was read yet since the handshake
    std::string peer;
  };

  // A record's plaintext: a little less than RFC 8446, section 5.1, allows, so that the records of
  // a long message begin at other places of their pages. OpenSSL copies each, and where both ends
  // of a copy stand at nearly the same place of a page, glibc's memcpy takes twenty times as long
  // on AMD's processors (sourceware.org, bug 30994).
  static constexpr std::size_t kRecordBytes = 16384 - 128;

  // So many go out in one send: four times fewer walks through the kernel, and little to be kept
  // where the socket does not take them all.
  static constexpr std::size_t kRecordsAtOnce = 4;

  std::shared_ptr<Core> core_;  // owned here alone; operations only watch it
};

}  // namespace porthole::net

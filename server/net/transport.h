#pragma once

#include "net/byte_stream.h"
#include "net/timers.h"
#include "net/tls.h"

#include <absl/status/status.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace porthole::net {

using Socket = boost::asio::generic::stream_protocol::socket;

// What one attempt to move bytes came to.
struct Attempt {
  enum class Need : std::uint8_t { kNothing, kReadable, kWritable };

  std::size_t bytes = 0;
  Need need = Need::kNothing;  // what to wait for before the same attempt is worth repeating
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out
  boost::system::error_code error = {};
};

// A stream socket, TCP or unix, and TLS on it once a handshake succeeded. Internal to net/: Beast
// sees it as an AsyncStream, SocketStream tries its bytes directly. OpenSSL works through a BIO
// over the socket object, never a descriptor number: after a close the number is somebody else's.
class Transport {
 public:
  using next_layer_type = Socket;
  using executor_type = Socket::executor_type;

  // What OpenSSL reads from and writes to. Internal.
  struct TlsWire {
    Socket& socket;
    int reads_left = 0;  // within the present call of OpenSSL
  };

  explicit Transport(Socket socket);
  Transport(Transport&&) noexcept = default;
  Transport& operator=(Transport&&) noexcept = default;

  Socket& next_layer() { return core_->socket; }
  const Socket& next_layer() const { return core_->socket; }
  executor_type get_executor() { return core_->socket.get_executor(); }

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

  // Closes now: with what was sent still on its way, or (Reset) with an RST.
  void Close();
  void Reset();

  TransportFacts Facts() const;

  template <typename Buffers, typename Token>
  // NOLINTNEXTLINE(readability-identifier-naming): Asio's name
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (core_->tls == nullptr) {
      return core_->socket.async_read_some(buffers, std::forward<Token>(token));
    }
    return Compose(Operation<Buffers, true>{core_, buffers}, std::forward<Token>(token));
  }

  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (core_->tls == nullptr) {
      return core_->socket.async_write_some(buffers, std::forward<Token>(token));
    }
    return Compose(Operation<Buffers, false>{core_, buffers}, std::forward<Token>(token));
  }

 private:
  static Socket::wait_type KindOf(Attempt::Need need) {
    return need == Attempt::Need::kWritable ? Socket::wait_write : Socket::wait_read;
  }

  struct FreeTls {
    void operator()(SSL* tls) const;
  };

  // Takes `tls` over and makes it speak over the socket.
  absl::Status AttachTls(SSL* tls);
  // To the handshake's end, or to what stopped it.
  Awaitable<boost::system::error_code> RunHandshake();

  // Stays where it is when the Transport moves: BIO and operations point to it.
  struct Core {
    explicit Core(Socket from) : socket(std::move(from)), wire{.socket = socket} {}

    // For one call of OpenSSL, which by itself reads on while what comes is no application data: a
    // peer that has keys updated, or begins anew, without end would never let it return.
    SSL* TlsForOneCall();

    Attempt TryRead(std::span<std::uint8_t> target);
    Attempt TryWrite(std::span<const std::uint8_t> bytes);
    Attempt TryWrite(std::span<const std::uint8_t> head,
                     std::span<const std::uint8_t> bytes,
                     std::size_t skip);
    Attempt SendBoth(std::span<const std::uint8_t> head, std::span<const std::uint8_t> bytes);
    Attempt TlsOutcome(int result, std::size_t moved);

    Socket socket;
    TlsWire wire;
    std::unique_ptr<SSL, FreeTls> tls;
    bool tls_broken = false;    // after a fatal error not even a shutdown may be sent
    bool verdict_open = false;  // as a client: nothing was read yet since the handshake
    std::string peer;
  };

  // Beast's reads and writes over TLS. Never completes inside the initiating call. The transport
  // may go while a wait that succeeded is still in the loop's queue, so the core is asked for each
  // time.
  template <typename Buffers, bool kRead>
  struct Operation {
    std::weak_ptr<Core> weak_core;
    Buffers buffers;
    bool started = false;
    bool done = false;
    Attempt last = {};

    template <typename Self>
    void operator()(Self& self, boost::system::error_code error = {}) {
      if (done || error) {
        self.complete(done ? last.error : error, last.bytes);
        return;
      }
      const std::shared_ptr<Core> core = weak_core.lock();
      if (core == nullptr) {
        self.complete(boost::asio::error::operation_aborted, 0);
        return;
      }
      last = AttemptOnce(*core);
      if (last.need != Attempt::Need::kNothing) {
        started = true;
        Socket& socket = core->socket;
        socket.async_wait(
            last.need == Attempt::Need::kReadable ? Socket::wait_read : Socket::wait_write,
            std::move(self));
      } else if (!started) {
        done = true;
        const auto executor = core->socket.get_executor();
        boost::asio::post(executor, std::move(self));
      } else {
        self.complete(last.error, last.bytes);
      }
    }

   private:
    Attempt AttemptOnce(Core& core) {
      if constexpr (kRead) {
        for (auto next = boost::asio::buffer_sequence_begin(buffers);
             next != boost::asio::buffer_sequence_end(buffers); ++next) {
          const boost::asio::mutable_buffer buffer(*next);
          if (buffer.size() > 0) {
            return core.TryRead({static_cast<std::uint8_t*>(buffer.data()), buffer.size()});
          }
        }
        return {};
      } else {
        return WriteGathered(core);
      }
    }

    // Writes as much of the sequence as the socket takes. A first small piece (a frame's header) is
    // sent in one record with what follows it; a repeated attempt gathers the same bytes again, as
    // OpenSSL demands.
    Attempt WriteGathered(Core& core) {
      std::array<std::uint8_t, kRecordBytes> record;  // NOLINT(*-init-variables,*-member-init)
      Attempt total;
      for (;;) {
        const std::size_t size =
            boost::asio::buffer_copy(boost::asio::buffer(record), Skip(buffers, total.bytes));
        if (size == 0) {
          return total;
        }
        const Attempt one = core.TryWrite({record.data(), size});
        if (one.bytes < size) {
          // What stopped it is met again by the next attempt; here only when nothing was written.
          total.bytes += one.bytes;
          return total.bytes == 0 ? one : total;
        }
        total.bytes += size;
      }
    }
  };

  // A record's plaintext: a little less than RFC 8446, section 5.1, allows, so that the records of
  // a long message begin at other places of their pages. OpenSSL copies each, and where both ends
  // of a copy stand at nearly the same place of a page, glibc's memcpy takes twenty times as long
  // on AMD's processors (sourceware.org, bug 30994).
  static constexpr std::size_t kRecordBytes = 16384 - 128;

  // Up to 16 buffers of `buffers`, without the first `skip` bytes.
  template <typename Buffers>
  static std::array<boost::asio::const_buffer, 16> Skip(const Buffers& buffers, std::size_t skip) {
    std::array<boost::asio::const_buffer, 16> rest;
    std::size_t used = 0;
    for (auto next = boost::asio::buffer_sequence_begin(buffers);
         next != boost::asio::buffer_sequence_end(buffers) && used < rest.size(); ++next) {
      const boost::asio::const_buffer buffer(*next);
      const std::size_t skipped = std::min(skip, buffer.size());
      skip -= skipped;
      rest.at(used++) = buffer + skipped;
    }
    return rest;
  }

  template <typename Op, typename Token>
  auto Compose(Op operation, Token&& token) {
    return boost::asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(
        std::move(operation), token, core_->socket);
  }

  std::shared_ptr<Core> core_;  // owned here alone; operations only watch it
};

}  // namespace porthole::net

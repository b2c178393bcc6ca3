#include "net/socket_stream.h"

#include "base/status.h"
#include "net/error.h"

#include <boost/asio/detail/socket_option.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <netinet/tcp.h>

namespace porthole::net {
namespace {

template <int kName>
using TcpOption = boost::asio::detail::socket_option::integer<IPPROTO_TCP, kName>;

}  // namespace

void SetHostOptions(Socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(boost::asio::socket_base::keep_alive(true), ignored);
  socket.set_option(TcpOption<TCP_KEEPIDLE>(20), ignored);
  socket.set_option(TcpOption<TCP_KEEPINTVL>(10), ignored);
  socket.set_option(TcpOption<TCP_KEEPCNT>(4), ignored);
  socket.set_option(TcpOption<TCP_USER_TIMEOUT>(60000), ignored);
}

// Over TLS this may return early, when a record's head is there and its rest is not: ReadSome()
// then waits for it. A record that was read in part leaves nothing in the socket to wait for.
Awaitable<absl::Status> SocketStream::WaitReadable() {
  if (!closed_ && transport_.HasPending()) {
    co_return absl::OkStatus();
  }
  const auto [error] = co_await transport_.WaitFor(Attempt::Need::kReadable);
  co_return closed_ ? absl::CancelledError("closed") : ToStatus(error, "wait");
}

Awaitable<absl::StatusOr<std::size_t>> SocketStream::ReadSome(std::span<std::uint8_t> target) {
  for (;;) {
    const Attempt attempt = transport_.TryRead(target);
    if (attempt.error) {
      co_return transport_.ReadFailure(attempt.error);
    }
    if (attempt.bytes > 0) {
      co_return attempt.bytes;
    }
    const auto [waited] = co_await transport_.WaitFor(attempt.need);
    if (waited) {
      co_return ToStatus(waited, "read");
    }
  }
}

Awaitable<absl::Status> SocketStream::Write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const Attempt attempt = transport_.TryWrite(bytes);
    if (attempt.error) {
      co_return ToStatus(attempt.error, "write");
    }
    bytes = bytes.subspan(attempt.bytes);
    if (attempt.need == Attempt::Need::kNothing) {
      continue;
    }
    const auto [waited] = co_await transport_.WaitFor(attempt.need);
    if (waited) {
      co_return ToStatus(waited, "write");
    }
  }
  co_return absl::OkStatus();
}

void SocketStream::Close(Ending /*ending*/) {
  if (!closed_) {
    closed_ = true;
    facts_ = transport_.Facts();
    transport_.Close();
  }
}

Awaitable<Closing> SocketStream::Closed() {
  co_return Closing::kClean;
}

}  // namespace porthole::net

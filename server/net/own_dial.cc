#include "net/own_dial.h"

#include "base/status.h"
#include "net/deadline.h"
#include "net/endpoint.h"
#include "net/error.h"
#include "net/socket_stream.h"
#include "net/websocket_host.h"
#include "net/websocket_upgrade.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <openssl/ssl.h>

#include <string_view>
#include <utility>

namespace porthole::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using Stream = absl::StatusOr<std::unique_ptr<ByteStream>>;

constexpr auto kTuple = asio::as_tuple(asio::deferred);

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// A listener on every address is visited by the loopback.
asio::ip::address Reachable(const IpAddress& address) {
  asio::ip::address place = ToAsio(address);
  if (!place.is_unspecified()) {
    return place;
  }
  return place.is_v4() ? asio::ip::address(asio::ip::address_v4::loopback())
                       : asio::ip::address(asio::ip::address_v6::loopback());
}

absl::Status Failed(const error_code& error) {
  const bool exhausted = error == asio::error::no_descriptors ||
                         error == asio::error::no_buffer_space || error == asio::error::no_memory ||
                         error == boost::system::errc::too_many_files_open_in_system;
  return exhausted ? Error(absl::StatusCode::kResourceExhausted, error.message())
                   : ToStatus(error, "connect");
}

// Bound before it connects, so that the listener's side can be told whom to expect.
error_code Open(TcpSocket& socket, const asio::ip::address& from, std::string& name) {
  error_code error;
  socket.open(from.is_v4() ? tcp::v4() : tcp::v6(), error);
  if (!error) {
    socket.bind({from, 0}, error);
  }
  if (!error) {
    name = ToText(socket.local_endpoint(error));
  }
  return error;
}

Awaitable<absl::Status> ShakeHands(SocketStream& stream) {
  const std::unique_ptr<SSL_CTX, FreeContext> context(SSL_CTX_new(TLS_client_method()));
  SSL* const tls = context == nullptr ? nullptr : SSL_new(context.get());
  if (tls == nullptr) {
    co_return absl::ResourceExhaustedError("no memory for TLS");
  }
  SSL_set_connect_state(tls);
  SSL_set_verify(tls, SSL_VERIFY_NONE, nullptr);
  SSL_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  co_return co_await stream.StartTls(tls);
}

Awaitable<Stream> Upgrade(Worker& worker,
                          std::unique_ptr<ByteStream>& stream,
                          std::string host,
                          std::string path) {
  const absl::Status upgraded = co_await AskUpgrade(*stream, std::move(host), std::move(path));
  if (!upgraded.ok()) {
    co_return Annotate(upgraded, "upgrade to a WebSocket");
  }
  co_return std::make_unique<WebSocketHost>(std::move(stream), worker.Loop().get_executor(),
                                            worker.Clockwork());
}

// What the visitor holds: where it came to a socket first and to a stream then.
struct Visitor {
  explicit Visitor(Worker& worker) : socket(worker.Loop()) {}

  void Close() {
    if (stream != nullptr) {
      stream->Close({});
    }
    error_code ignored;
    socket.close(ignored);
  }

  TcpSocket socket;
  std::unique_ptr<ByteStream> stream;
};

Awaitable<Stream> Dial(Worker& worker, Visitor& visitor, OwnListener listener, OwnVisit visit) {
  const asio::ip::address place = Reachable(listener.address);
  std::string from;
  if (const error_code error = Open(visitor.socket, place, from)) {
    co_return Failed(error);
  }
  visit.announce(from);
  const tcp::endpoint to(place, listener.port);
  const auto [error] = co_await visitor.socket.async_connect(to, kTuple);
  if (error) {
    co_return Failed(error);
  }
  auto plain = std::make_unique<SocketStream>(Transport(Socket(std::move(visitor.socket))));
  SocketStream& socket = *plain;
  visitor.stream = std::move(plain);
  if (listener.tls) {
    const absl::Status shaken = co_await ShakeHands(socket);
    if (!shaken.ok()) {
      co_return Annotate(shaken, "TLS handshake");
    }
  }
  co_return co_await Upgrade(worker, visitor.stream, std::move(listener.name),
                             std::move(visit.path));
}

}  // namespace

Awaitable<Stream> DialOwn(Worker& worker, OwnListener listener, OwnVisit visit) {
  Visitor visitor(worker);
  const Deadline deadline(worker.Clockwork(), visit.limit, [&visitor] { visitor.Close(); });
  Stream stream = co_await Dial(worker, visitor, std::move(listener), std::move(visit));
  if (deadline.Passed()) {
    co_return Error(absl::StatusCode::kDeadlineExceeded,
                    stream.ok() ? "too slow" : Message(stream.status()) + ": too slow");
  }
  co_return stream;
}

}  // namespace porthole::net

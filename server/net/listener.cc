#include "net/listener.h"

#include "base/status.h"
#include "net/beast_connection.h"
#include "net/endpoint.h"
#include "net/error.h"
#include "net/listening.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>

namespace porthole::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr auto kTuple = asio::as_tuple(asio::deferred);
constexpr int kBacklog = 4096;
constexpr int kSendBufferBytes = 256 * 1024;
constexpr std::chrono::milliseconds kPause{100};

// The first socket listens without SO_REUSEPORT, so that a port that is taken is an error and not a
// share of somebody else's connections; it gets the option afterwards, for the others to join. Not
// before listen(): two processes that start together could both have bound by then.
error_code Bind(TcpAcceptor& socket, const tcp::endpoint& endpoint, bool first) {
  error_code error = OpenForListening(socket, endpoint);
  // Every connection inherits both.
  if (!error) {
    socket.set_option(tcp::no_delay(true), error);
  }
  if (!error) {
    socket.set_option(asio::socket_base::send_buffer_size(kSendBufferBytes), error);
  }
  if (!error && !first) {
    socket.set_option(ReusePort(true), error);
  }
  if (!error) {
    socket.bind(endpoint, error);
  }
  if (!error) {
    socket.listen(kBacklog, error);
  }
  if (!error && first) {
    socket.set_option(ReusePort(true), error);
  }
  return error;
}

}  // namespace

Acceptor::Acceptor(TcpAcceptor socket,
                   std::shared_ptr<const TlsContext> tls,
                   std::shared_ptr<const Proxies> proxies,
                   Worker& worker,
                   const Timeouts& timeouts)
    : socket_(std::move(socket)),
      tls_(std::move(tls)),
      proxies_(std::move(proxies)),
      worker_(worker),
      timeouts_(timeouts) {}

Awaitable<absl::StatusOr<std::unique_ptr<HttpConnection>>> Acceptor::Accept() {
  if (!socket_.is_open()) {
    co_return absl::CancelledError("closed");  // while the caller paused
  }
  tcp::endpoint peer;
  auto [error, socket] = co_await socket_.async_accept(peer, kTuple);
  if (error) {
    const bool exhausted = error == asio::error::no_descriptors ||
                           error == asio::error::no_buffer_space ||
                           error == asio::error::no_memory ||
                           error == boost::system::errc::too_many_files_open_in_system;
    co_return exhausted ? Error(absl::StatusCode::kResourceExhausted, error.message())
                        : ToStatus(error, "accept");
  }
  co_return MakeHttpConnection(Transport(Socket(std::move(socket)), ToText(peer)),
                               FromAsio(peer.address()), tls_, proxies_, worker_, timeouts_);
}

Awaitable<void> Acceptor::Pause() {
  SteadyTimer timer(socket_.get_executor(), kPause);
  co_await timer.async_wait(kTuple);
}

void Acceptor::Close() {
  error_code ignored;
  socket_.close(ignored);
}

absl::StatusOr<std::unique_ptr<Listener>> Listener::Open(const ListenerSettings& settings,
                                                         WorkerPool& workers,
                                                         std::size_t count,
                                                         const Timeouts& timeouts) {
  auto listener = std::make_unique<Listener>();
  tcp::endpoint endpoint(ToAsio(settings.address), settings.port);
  for (std::size_t i = 0; i < count; ++i) {
    Worker& worker = workers.At(i);
    TcpAcceptor socket(worker.Loop());
    if (const error_code error = Bind(socket, endpoint, i == 0)) {
      return ListenError(endpoint, error);
    }
    if (i == 0) {
      error_code error;
      endpoint.port(socket.local_endpoint(error).port());
    }
    listener->acceptors_.push_back(std::make_unique<Acceptor>(std::move(socket), settings.tls,
                                                              settings.proxies, worker, timeouts));
  }
  listener->address_ = ToText(endpoint);
  listener->port_ = endpoint.port();
  listener->tls_ = settings.tls;
  return listener;
}

void Listener::SetTls(const std::shared_ptr<const TlsContext>& tls) {
  tls_ = tls;
  for (const std::unique_ptr<Acceptor>& acceptor : acceptors_) {
    acceptor->Home().Post([raw = acceptor.get(), tls] { raw->SetTls(tls); });
  }
}

void Listener::Close() {
  for (const std::unique_ptr<Acceptor>& acceptor : acceptors_) {
    acceptor->Home().Post([raw = acceptor.get()] { raw->Close(); });
  }
}

}  // namespace porthole::net

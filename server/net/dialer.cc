#include "net/dialer.h"

#include "base/status.h"
#include "net/deadline.h"
#include "net/endpoint.h"
#include "net/error.h"
#include "net/socket_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <netinet/tcp.h>

#include <string>
#include <utility>
#include <vector>

namespace porthole::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
template <int kName>
using TcpOption = asio::detail::socket_option::integer<IPPROTO_TCP, kName>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMaxAddresses = 16;  // of one name; the rest are not tried

// A name being resolved. Shared with the resolver's handler: getaddrinfo(3) cannot be interrupted,
// so it may come back after everyone stopped waiting.
struct Lookup {
  explicit Lookup(asio::io_context& loop)
      : resolver(loop), done(loop, asio::steady_timer::time_point::max()) {}

  tcp::resolver resolver;
  asio::steady_timer done;
  error_code error = asio::error::timed_out;
  std::vector<IpAddress> addresses;
};

Awaitable<absl::StatusOr<std::vector<IpAddress>>> Resolve(Worker& worker,
                                                          std::string name,
                                                          std::chrono::milliseconds limit) {
  if (const absl::StatusOr<IpAddress> literal = IpAddress::Parse(name); literal.ok()) {
    co_return std::vector<IpAddress>{*literal};
  }
  const auto lookup = std::make_shared<Lookup>(worker.Loop());
  lookup->done.expires_after(limit);
  lookup->resolver.async_resolve(
      name, "", [lookup](const error_code& error, const tcp::resolver::results_type& results) {
        lookup->error = error;
        for (const auto& entry : results) {
          if (lookup->addresses.size() < kMaxAddresses) {
            lookup->addresses.push_back(FromAsio(entry.endpoint().address()));
          }
        }
        lookup->done.cancel();
      });
  co_await lookup->done.async_wait(kTuple);
  if (lookup->error == asio::error::timed_out) {
    co_return absl::DeadlineExceededError("the name was not resolved in time");
  }
  if (lookup->error) {
    co_return Error(absl::StatusCode::kUnavailable, lookup->error.message());
  }
  co_return lookup->addresses;
}

// A host that vanishes is noticed within a minute, whether we write or wait.
void SetOptions(Socket& socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  socket.set_option(TcpOption<TCP_KEEPIDLE>(20), ignored);
  socket.set_option(TcpOption<TCP_KEEPINTVL>(10), ignored);
  socket.set_option(TcpOption<TCP_KEEPCNT>(4), ignored);
  socket.set_option(TcpOption<TCP_USER_TIMEOUT>(60000), ignored);
}

absl::Status DialError(const error_code& error) {
  const absl::Status status = ToStatus(error, "connect");
  return status.code() == absl::StatusCode::kResourceExhausted
             ? status
             : Error(absl::StatusCode::kUnavailable, error.message());
}

Awaitable<absl::StatusOr<std::unique_ptr<ByteStream>>> Connect(Worker& worker,
                                                               Socket::endpoint_type endpoint,
                                                               std::chrono::milliseconds limit) {
  Socket socket(worker.Loop());
  Deadline deadline(worker.Clockwork(), limit, [&socket] {
    error_code ignored;
    socket.close(ignored);
  });
  const auto [error] = co_await socket.async_connect(endpoint, kTuple);
  if (deadline.Passed()) {
    co_return absl::DeadlineExceededError("no answer in time");
  }
  if (error) {
    co_return DialError(error);
  }
  SetOptions(socket);
  co_return std::unique_ptr<ByteStream>(
      std::make_unique<SocketStream>(Transport(std::move(socket))));
}

std::chrono::milliseconds Left(SteadyTime until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until - std::chrono::steady_clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

Awaitable<absl::StatusOr<std::unique_ptr<ByteStream>>> DialTcp(Worker& worker,
                                                               const AddressPolicy& policy,
                                                               const Target& target,
                                                               SteadyTime until) {
  const absl::StatusOr<std::vector<IpAddress>> addresses =
      co_await Resolve(worker, target.host, Left(until));
  if (!addresses.ok()) {
    co_return addresses.status();
  }
  absl::Status last = absl::UnavailableError("the name has no address");
  std::vector<IpAddress> allowed;
  for (const IpAddress& address : *addresses) {
    if (const absl::Status checked = policy.CheckAddress(target, address); checked.ok()) {
      allowed.push_back(address);
    } else {
      last = checked;
    }
  }
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    const tcp::endpoint endpoint(ToAsio(allowed[i]), target.port);
    // One address that swallows packets leaves time for the others.
    const std::chrono::milliseconds share = Left(until) / (allowed.size() - i);
    absl::StatusOr<std::unique_ptr<ByteStream>> stream = co_await Connect(worker, endpoint, share);
    if (stream.ok()) {
      co_return stream;
    }
    last = stream.status();
  }
  co_return last;
}

Awaitable<absl::StatusOr<std::unique_ptr<ByteStream>>> DialUnix(Worker& worker,
                                                                const AddressPolicy& policy,
                                                                const Target& target,
                                                                SteadyTime until) {
  const absl::StatusOr<std::string> path = policy.CheckUnixPath(target.path);
  if (!path.ok()) {
    co_return path.status();
  }
  // The real path may be longer than the one that the token named.
  if (path->size() > 107) {
    co_return Error(absl::StatusCode::kUnavailable, "the socket's real path is too long");
  }
  const asio::local::stream_protocol::endpoint endpoint(*path);
  co_return co_await Connect(worker, endpoint, Left(until));
}

}  // namespace

Dialer::Dialer(Worker& worker, const AddressPolicy& policy, const Timeouts& timeouts)
    : worker_(worker), policy_(policy), timeouts_(timeouts) {}

Awaitable<absl::StatusOr<std::unique_ptr<ByteStream>>> Dialer::Dial(Target target) {
  const absl::Status allowed = policy_.CheckTarget(target);
  if (!allowed.ok()) {
    co_return allowed;
  }
  const SteadyTime until = std::chrono::steady_clock::now() + timeouts_.dial;
  absl::StatusOr<std::unique_ptr<ByteStream>> stream =
      target.scheme == TargetScheme::kUnix ? co_await DialUnix(worker_, policy_, target, until)
                                           : co_await DialTcp(worker_, policy_, target, until);
  if (!stream.ok()) {
    co_return Annotate(stream.status(), ToString(target));
  }
  co_return stream;
}

}  // namespace porthole::net

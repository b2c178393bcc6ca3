#include "net/connect_first.h"

#include "base/status.h"
#include "net/error.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detail/socket_option.hpp>
#include <netinet/in.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace porthole::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
// The port is chosen when the other end is known, so that one source address has 64 Ki ports to
// each of them and not in all.
using BindWithoutPort = asio::detail::socket_option::boolean<IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT>;

constexpr auto kTuple = asio::as_tuple(asio::deferred);

absl::Status ConnectError(const error_code& error) {
  const absl::Status status = ToStatus(error, "connect");
  return status.code() == absl::StatusCode::kResourceExhausted
             ? status
             : Error(absl::StatusCode::kUnavailable, error.message());
}

// Attempts that run beside each other. Their handlers share it; the coroutine that waits owns what
// they do: once it is gone, all sockets are closed.
class Race : public std::enable_shared_from_this<Race> {
 public:
  Race(Worker& worker, std::vector<Candidate> candidates)
      : worker_(worker), changed_(worker.Loop()), candidates_(std::move(candidates)) {}

  bool AllFailed() const { return failed_ == candidates_.size(); }
  bool AllBegun() const { return sockets_.size() == candidates_.size(); }
  bool NoneRuns() const { return failed_ == sockets_.size(); }
  std::optional<Socket>& Winner() { return winner_; }
  const absl::Status& Failure() const { return failure_; }

  void BeginNext() {
    const std::size_t index = sockets_.size();
    const Candidate& candidate = candidates_[index];
    Socket& socket = *sockets_.emplace_back(std::make_unique<Socket>(worker_.Loop()));
    if (const absl::Status opened = Open(socket, candidate); !opened.ok()) {
      Fail(index, opened);
      return;
    }
    socket.async_connect(candidate.endpoint,
                         [self = shared_from_this(), index](const error_code& error) {
                           self->Settle(index, error);
                         });
  }

  // Returns when an attempt came to its end, or at `until`.
  Awaitable<void> Changed(SteadyTime until) {
    changed_.expires_at(until);
    co_await changed_.async_wait(kTuple);
  }

  void CloseAll() {
    over_ = true;
    for (const std::unique_ptr<Socket>& socket : sockets_) {
      error_code ignored;
      socket->close(ignored);
    }
  }

 private:
  static absl::Status Open(Socket& socket, const Candidate& candidate) {
    error_code error;
    socket.open(candidate.endpoint.protocol(), error);
    if (error) {
      return ConnectError(error);
    }
    if (!candidate.source.has_value()) {
      return absl::OkStatus();
    }
    error_code ignored;
    socket.set_option(BindWithoutPort(true), ignored);
    socket.bind(*candidate.source, error);
    return error
               ? Error(absl::StatusCode::kUnavailable,
                       "the source address of targets.sources cannot be bound: " + error.message())
               : absl::OkStatus();
  }

  void Settle(std::size_t index, const error_code& error) {
    if (over_) {
      return;
    }
    if (error) {
      Fail(index, ConnectError(error));
    } else if (!winner_.has_value()) {
      winner_ = std::move(*sockets_[index]);
    }
    changed_.cancel();
  }

  void Fail(std::size_t index, const absl::Status& failure) {
    ++failed_;
    failure_ = candidates_.size() == 1 ? failure : Annotate(failure, candidates_[index].name);
  }

  Worker& worker_;
  SteadyTimer changed_;
  const std::vector<Candidate> candidates_;
  std::vector<std::unique_ptr<Socket>> sockets_;  // of the attempts begun, in the same order
  std::size_t failed_ = 0;
  absl::Status failure_ = absl::UnavailableError("there is no address to try");
  std::optional<Socket> winner_;
  bool over_ = false;
};

class RaceEnd {
 public:
  explicit RaceEnd(Race& race) : race_(race) {}
  RaceEnd(const RaceEnd&) = delete;
  RaceEnd& operator=(const RaceEnd&) = delete;
  ~RaceEnd() { race_.CloseAll(); }

 private:
  Race& race_;
};

}  // namespace

std::vector<IpAddress> Interleave(const std::vector<IpAddress>& addresses) {
  std::vector<IpAddress> same;
  std::vector<IpAddress> other;
  for (const IpAddress& address : addresses) {
    (address.IsV4() == addresses.front().IsV4() ? same : other).push_back(address);
  }
  std::vector<IpAddress> mixed;
  for (std::size_t i = 0; i < std::max(same.size(), other.size()); ++i) {
    if (i < same.size()) {
      mixed.push_back(same[i]);
    }
    if (i < other.size()) {
      mixed.push_back(other[i]);
    }
  }
  return mixed;
}

Awaitable<absl::StatusOr<Socket>> ConnectFirst(Worker& worker,
                                               std::vector<Candidate> candidates,
                                               SteadyTime until,
                                               std::chrono::milliseconds delay) {
  const auto race = std::make_shared<Race>(worker, std::move(candidates));
  const RaceEnd end(*race);
  SteadyTime next = std::chrono::steady_clock::now();
  for (;;) {
    if (std::optional<Socket>& winner = race->Winner(); winner.has_value()) {
      co_return *std::move(winner);
    }
    const SteadyTime now = std::chrono::steady_clock::now();
    if (race->AllFailed()) {
      co_return race->Failure();
    }
    if (now >= until) {
      co_return absl::DeadlineExceededError("no answer in time");
    }
    if (!race->AllBegun() && (now >= next || race->NoneRuns())) {
      race->BeginNext();
      next = now + delay;
      continue;
    }
    co_await race->Changed(race->AllBegun() ? until : std::min(until, next));
  }
}

}  // namespace porthole::net

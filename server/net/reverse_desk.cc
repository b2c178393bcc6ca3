#include "net/reverse_desk.h"

#include "base/status.h"
#include "net/socket_stream.h"
#include "net/transport.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <sys/socket.h>

#include <map>
#include <mutex>
#include <utility>

namespace porthole::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::deferred);

absl::StatusOr<std::unique_ptr<ByteStream>> StreamOf(Worker& worker, Descriptor connection) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  getsockname(connection.Number(), reinterpret_cast<sockaddr*>(&address), &size);
  Socket socket(worker.Loop());
  error_code error;
  const Socket::protocol_type protocol(address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4());
  socket.assign(protocol, connection.Number(), error);
  if (error) {
    return Error(absl::StatusCode::kUnavailable, error.message());
  }
  connection.Release();
  SetHostOptions(socket);
  return std::make_unique<SocketStream>(Transport(std::move(socket)));
}

}  // namespace

// A session that waits. `arrived` is its worker's alone; `socket` is guarded by the board's mutex.
struct ReverseDesk::Waiter {
  explicit Waiter(Worker& from) : worker(from), arrived(from.Loop()) {}

  Worker& worker;
  SteadyTimer arrived;
  Descriptor socket;
};

class ReverseDesk::Board {
 public:
  using Waiters = std::multimap<std::string, std::shared_ptr<Waiter>>;

  void Enter(const std::string& id, const std::shared_ptr<Waiter>& waiter) {
    const std::lock_guard lock(mutex_);
    waiters_.emplace(id, waiter);
  }

  // What was given, if anything; from here on nothing is.
  Descriptor Leave(const std::shared_ptr<Waiter>& waiter) {
    const std::lock_guard lock(mutex_);
    std::erase_if(waiters_, [&waiter](const auto& entry) { return entry.second == waiter; });
    return std::exchange(waiter->socket, Descriptor());
  }

  bool Give(const std::string& id, Descriptor& socket) {
    const std::lock_guard lock(mutex_);
    const auto first = waiters_.lower_bound(id);
    return first != waiters_.end() && first->first == id && GiveTo(first, socket);
  }

  bool GiveToTheOnlyOne(Descriptor& socket) {
    const std::lock_guard lock(mutex_);
    return waiters_.size() == 1 && GiveTo(waiters_.begin(), socket);
  }

  std::size_t Size() const {
    const std::lock_guard lock(mutex_);
    return waiters_.size();
  }

  void Stop() {
    const std::lock_guard lock(mutex_);
    waiters_.clear();
  }

 private:
  // Posts under the lock: after Stop() the workers may be gone.
  bool GiveTo(Waiters::iterator found, Descriptor& socket) {
    const std::shared_ptr<Waiter> waiter = found->second;
    waiters_.erase(found);
    waiter->socket = std::move(socket);
    waiter->worker.Post([waiter] { waiter->arrived.cancel(); });
    return true;
  }

  mutable std::mutex mutex_;  // guards what follows, and every waiter's socket
  Waiters waiters_;
};

// A place on the board; given up with the coroutine that waits, however it ends.
class ReverseDesk::Place {
 public:
  Place(std::shared_ptr<Board> board, const std::string& id, Worker& worker)
      : board_(std::move(board)), waiter_(std::make_shared<Waiter>(worker)) {
    board_->Enter(id, waiter_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { board_->Leave(waiter_); }

  SteadyTimer& Arrived() { return waiter_->arrived; }
  Descriptor Take() { return board_->Leave(waiter_); }

 private:
  std::shared_ptr<Board> board_;
  std::shared_ptr<Waiter> waiter_;
};

ReverseDesk::ReverseDesk() : board_(std::make_shared<Board>()) {}

ReverseDesk::~ReverseDesk() {
  board_->Stop();
}

Awaitable<absl::StatusOr<std::unique_ptr<ByteStream>>> ReverseDesk::Await(
    Worker& worker, std::string id, std::chrono::milliseconds limit) {
  Place place(board_, id, worker);
  place.Arrived().expires_after(limit);
  co_await place.Arrived().async_wait(kTuple);
  Descriptor connection = place.Take();
  if (!connection.IsOpen()) {
    co_return absl::DeadlineExceededError("no VNC server dialled in in time");
  }
  co_return StreamOf(worker, std::move(connection));
}

bool ReverseDesk::Give(const std::string& id, Descriptor socket) {
  return board_->Give(id, socket);
}

bool ReverseDesk::GiveToTheOnlyOne(Descriptor socket) {
  return board_->GiveToTheOnlyOne(socket);
}

std::size_t ReverseDesk::Waiting() const {
  return board_->Size();
}

}  // namespace porthole::net

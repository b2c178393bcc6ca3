#include "net/resolver.h"

#include "base/status.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <thread>
#include <utility>

namespace porthole::net {
namespace {

namespace asio = boost::asio;

constexpr auto kTuple = asio::as_tuple(asio::deferred);

using Addresses = absl::StatusOr<std::vector<IpAddress>>;

std::optional<IpAddress> AddressOf(const addrinfo& entry) {
  if (entry.ai_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, entry.ai_addr, sizeof(v4));
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return IpAddress::V4(bytes);
  }
  if (entry.ai_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, entry.ai_addr, sizeof(v6));
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return IpAddress::V6(bytes);
  }
  return std::nullopt;
}

}  // namespace

// Who waits for a name. Only its worker's thread touches `done` and `answer`.
struct Resolver::Waiter {
  explicit Waiter(Worker& from) : worker(from), done(from.Loop()) {}

  void Take(const Addresses& addresses) {
    answer = addresses;
    done.cancel();
  }

  Worker& worker;
  SteadyTimer done;
  std::optional<Addresses> answer;
};

// What sessions and the resolver's threads share.
class Resolver::Desk : public std::enable_shared_from_this<Desk> {
 public:
  Desk(Lookup lookup, std::size_t threads) : lookup_(std::move(lookup)), max_threads_(threads) {}

  // Whether there was room.
  bool Ask(const std::string& name, const std::shared_ptr<Waiter>& waiter) {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(name);
    if (found != names_.end()) {
      found->second.push_back(waiter);
      return true;
    }
    if (names_.size() >= kMaxNames) {
      return false;
    }
    names_[name].push_back(waiter);
    queue_.push_back(name);
    if (threads_ < max_threads_) {
      std::thread([self = shared_from_this()] { self->Work(); }).detach();
      ++threads_;
    }
    return true;
  }

  void Leave(const std::string& name, const std::shared_ptr<Waiter>& waiter) {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(name);
    if (found != names_.end()) {
      std::erase(found->second, waiter);
    }
  }

  void Stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    names_.clear();
    queue_.clear();
  }

 private:
  void Work() {
    while (const std::optional<std::string> name = Next()) {
      Answer(*name, lookup_(*name));
    }
  }

  // The next name that somebody still waits for; nothing when the thread may go.
  std::optional<std::string> Next() {
    const std::lock_guard lock(mutex_);
    while (!queue_.empty()) {
      std::string name = std::move(queue_.front());
      queue_.pop_front();
      if (!names_[name].empty()) {
        return name;
      }
      names_.erase(name);
    }
    --threads_;
    return std::nullopt;
  }

  // Posts under the lock: after Stop() the workers may be gone.
  void Answer(const std::string& name, const Addresses& addresses) {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(name);
    if (stopped_ || found == names_.end()) {
      return;
    }
    for (const std::shared_ptr<Waiter>& waiter : found->second) {
      waiter->worker.Post([waiter, addresses] { waiter->Take(addresses); });
    }
    names_.erase(found);
  }

  const Lookup lookup_;
  const std::size_t max_threads_;
  std::mutex mutex_;  // guards what follows
  std::map<std::string, std::vector<std::shared_ptr<Waiter>>> names_;
  std::deque<std::string> queue_;  // those of names_ that no thread has taken yet
  std::size_t threads_ = 0;
  bool stopped_ = false;
};

// A waiter's place at the desk; given up with the coroutine that waits, however it ends.
class Resolver::Place {
 public:
  Place(std::shared_ptr<Desk> desk, std::string name, Worker& worker)
      : desk_(std::move(desk)),
        name_(std::move(name)),
        waiter_(std::make_shared<Waiter>(worker)),
        taken_(desk_->Ask(name_, waiter_)) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { desk_->Leave(name_, waiter_); }

  bool Taken() const { return taken_; }
  Waiter& Self() { return *waiter_; }

 private:
  std::shared_ptr<Desk> desk_;
  std::string name_;
  std::shared_ptr<Waiter> waiter_;
  bool taken_;
};

Resolver::Resolver(Lookup lookup, std::size_t threads)
    : desk_(std::make_shared<Desk>(std::move(lookup), threads)) {}

Resolver::~Resolver() {
  desk_->Stop();
}

Awaitable<Addresses> Resolver::Resolve(Worker& worker,
                                       std::string name,
                                       std::chrono::milliseconds limit) {
  if (const absl::StatusOr<IpAddress> literal = IpAddress::Parse(name); literal.ok()) {
    co_return std::vector<IpAddress>{*literal};
  }
  Place place(desk_, std::move(name), worker);
  if (!place.Taken()) {
    co_return absl::ResourceExhaustedError("too many names are being looked up");
  }
  Waiter& waiter = place.Self();
  waiter.done.expires_after(limit);
  co_await waiter.done.async_wait(kTuple);
  if (!waiter.answer.has_value()) {
    co_return absl::DeadlineExceededError("the name was not resolved in time");
  }
  co_return *std::move(waiter.answer);
}

Addresses Resolver::SystemLookup(const std::string& name) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int failed = getaddrinfo(name.c_str(), nullptr, &wanted, &list);
  if (failed != 0) {
    return Error(absl::StatusCode::kUnavailable, gai_strerror(failed));
  }
  std::vector<IpAddress> addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    const std::optional<IpAddress> address = AddressOf(*entry);
    if (address.has_value() && addresses.size() < kMaxAddresses) {
      addresses.push_back(*address);
    }
  }
  freeaddrinfo(list);
  if (addresses.empty()) {
    return absl::UnavailableError("the name has no address");
  }
  return addresses;
}

}  // namespace porthole::net

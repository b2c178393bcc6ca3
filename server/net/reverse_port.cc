#include "net/reverse_port.h"

#include "net/deadline.h"
#include "net/endpoint.h"
#include "net/listening.h"
#include "net/repeater_id.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <utility>

namespace porthole::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::deferred);
constexpr int kBacklog = 128;
constexpr const char* kGone = "it went before it had said whose it is";
constexpr std::chrono::milliseconds kPause{100};  // where there are no descriptors

absl::Status Bind(TcpAcceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error = OpenForListening(acceptor, endpoint);
  if (!error) {
    acceptor.bind(endpoint, error);
  }
  if (!error) {
    acceptor.listen(kBacklog, error);
  }
  return error ? ListenError(endpoint, error) : absl::OkStatus();
}

}  // namespace

// Belongs to the home worker's thread; its coroutines keep it.
class ReversePort::Reception : public std::enable_shared_from_this<Reception> {
 public:
  Reception(ReverseSettings settings, Worker& home, ReverseDesk& desk, TcpAcceptor acceptor)
      : settings_(std::move(settings)), home_(home), desk_(desk), acceptor_(std::move(acceptor)) {}

  Worker& Home() { return home_; }

  void Close() {
    error_code ignored;
    acceptor_.close(ignored);
  }

  static Awaitable<void> Accept(std::shared_ptr<Reception> self) {
    while (self->acceptor_.is_open()) {
      auto [error, socket] = co_await self->acceptor_.async_accept(kTuple);
      if (error) {
        SteadyTimer pause(self->home_.Loop(), kPause);
        co_await pause.async_wait(kTuple);
        continue;
      }
      self->Receive(std::move(socket));
    }
  }

 private:
  // A connection's share of the limits, while it is not given to a session.
  class Share {
   public:
    Share(std::shared_ptr<Reception> from, const IpAddress& address)
        : from_(std::move(from)), address_(address) {
      ++from_->counts_[address_];
      ++from_->count_;
    }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() {
      --from_->count_;
      if (--from_->counts_[address_] == 0) {
        from_->counts_.erase(address_);
      }
    }

   private:
    std::shared_ptr<Reception> from_;
    IpAddress address_;
  };

  // Why nothing of this address may come in now; nullptr when it may.
  const char* WhyNot(const IpAddress& address) const {
    if (!std::ranges::any_of(settings_.sources, [&address](const IpPrefix& prefix) {
          return prefix.Contains(address);
        })) {
      return "the address is not in reverse.sources";
    }
    const auto found = counts_.find(address);
    if (count_ >= settings_.connections ||
        (found != counts_.end() && found->second >= settings_.connections_per_address)) {
      return "too many connections have not said whose they are";
    }
    return nullptr;
  }

  void Refuse(const IpAddress& address, const char* why) const {
    if (settings_.refused) {
      settings_.refused(address, why);
    }
  }

  void Receive(TcpSocket socket) {
    error_code error;
    const tcp::endpoint peer = socket.remote_endpoint(error);
    if (error) {
      return;  // gone
    }
    const IpAddress address = FromAsio(peer.address());
    if (const char* const why = WhyNot(address); why != nullptr) {
      Refuse(address, why);
      return;
    }
    asio::co_spawn(home_.Loop(), Admit(shared_from_this(), std::move(socket), address),
                   [](const std::exception_ptr&) {});  // what failed is closed
  }

  static Awaitable<void> Admit(std::shared_ptr<Reception> self,
                               TcpSocket socket,
                               IpAddress address) {
    const Share share(self, address);
    const Deadline deadline(self->home_.Clockwork(), self->settings_.identify, [&socket] {
      error_code ignored;
      socket.close(ignored);
    });
    const char* const why = co_await Identify(*self, socket);
    if (why != nullptr) {
      self->Refuse(address, deadline.Passed() ? "it did not say in time whose it is" : why);
    }
  }

  // Gives it to whose it is; else why nobody gets it. The first byte tells a repeater's head from
  // RFB, which is left where it is.
  static Awaitable<const char*> Identify(Reception& self, TcpSocket& socket) {
    char first = 0;
    const auto [error, count] = co_await socket.async_receive(
        asio::buffer(&first, 1), asio::socket_base::message_peek, kTuple);
    if (error) {
      co_return kGone;
    }
    if (first == 'I') {
      co_return co_await GiveToNamed(self, socket);
    }
    if (first != 'R') {
      co_return "it is neither a repeater's client nor a VNC server";
    }
    if (!self.settings_.without_id) {
      co_return "it gives no id, and reverse.without_id is off";
    }
    co_return self.desk_.GiveToTheOnlyOne(Released(socket))
        ? nullptr
        : "it gives no id, and not exactly one session waits";
  }

  static Awaitable<const char*> GiveToNamed(Reception& self, TcpSocket& socket) {
    std::array<std::uint8_t, kRepeaterHeadBytes> head{};
    const auto [error, count] = co_await asio::async_read(socket, asio::buffer(head), kTuple);
    if (error) {
      co_return kGone;
    }
    const absl::StatusOr<std::string> id = ReadRepeaterId(head);
    if (!id.ok()) {
      co_return "it gives no id that a target could name";
    }
    co_return self.desk_.Give(*id, Released(socket)) ? nullptr : "no session waits for its id";
  }

  static Descriptor Released(TcpSocket& socket) {
    error_code error;
    return Descriptor(socket.release(error));
  }

  const ReverseSettings settings_;
  Worker& home_;
  ReverseDesk& desk_;
  TcpAcceptor acceptor_;
  std::map<IpAddress, std::size_t> counts_;
  std::size_t count_ = 0;
};

absl::StatusOr<std::unique_ptr<ReversePort>> ReversePort::Open(ReverseSettings settings,
                                                               Worker& home,
                                                               ReverseDesk& desk) {
  const tcp::endpoint wanted(ToAsio(settings.address), settings.port);
  TcpAcceptor acceptor(home.Loop());
  if (absl::Status bound = Bind(acceptor, wanted); !bound.ok()) {
    return bound;
  }
  error_code ignored;
  const tcp::endpoint endpoint = acceptor.local_endpoint(ignored);
  std::unique_ptr<ReversePort> port(new ReversePort());
  port->address_ = ToText(endpoint);
  port->port_ = endpoint.port();
  port->reception_ =
      std::make_shared<Reception>(std::move(settings), home, desk, std::move(acceptor));
  asio::co_spawn(home.Loop(), Reception::Accept(port->reception_),
                 [](const std::exception_ptr&) {});
  return port;
}

ReversePort::~ReversePort() = default;

void ReversePort::Close() {
  reception_->Home().Post([reception = reception_] { reception->Close(); });
}

}  // namespace porthole::net

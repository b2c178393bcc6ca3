#include "self_test.h"

#include "base/id.h"
#include "base/random.h"
#include "base/status.h"
#include "net/deadline.h"
#include "net/socket_stream.h"
#include "self_test_console.h"
#include "token/seal.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <exception>
#include <fcntl.h>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace porthole {
namespace {

namespace asio = boost::asio;
using net::Awaitable;
using std::chrono::milliseconds;
using tcp = asio::ip::tcp;
using telemetry::Condition;
using telemetry::Level;
using telemetry::SelfTestResult;

constexpr auto kTuple = asio::as_tuple(asio::deferred);
constexpr milliseconds kLimit{5000};  // for reaching the console, and for what is seen there
constexpr milliseconds kEvery{30'000};
constexpr milliseconds kAfterFailure{5000};  // so that readiness comes back soon
constexpr const char* kKeyId = "self-test";
constexpr std::size_t kEvents = 16;  // nobody watches, and what is in the ring is held
// Five are used, and the public side keeps some back for telling people that it is full.
constexpr std::size_t kDescriptorsWanted = 32;

// A key that nobody else ever sees.
token::TokenKey NewKey(WallTime now) {
  std::string material(token::kTokenKeyBytes, '\0');
  FillRandom({reinterpret_cast<std::uint8_t*>(material.data()), material.size()});
  return {.id = kKeyId,
          .profile = token::KeyProfile::kJwe,
          .material = Secret(std::move(material)),
          .created = now,
          .not_after = std::nullopt};
}

// Whether a process at its limit would fail for that alone.
bool DescriptorsAreLeft() {
  std::array<int, kDescriptorsWanted> taken{};
  std::size_t count = 0;
  while (count < taken.size()) {
    const int descriptor = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    if (descriptor < 0) {
      break;
    }
    taken.at(count++) = descriptor;
  }
  for (std::size_t i = 0; i < count; ++i) {
    ::close(taken.at(i));
  }
  return count == taken.size();
}

// The console's host is on this machine, where nothing else may be dialled.
config::Targets OnlyLoopback() {
  config::Targets targets;
  targets.allow_denied = {IpPrefix::Of(IpAddress::V4({127, 0, 0, 1}), 32)};
  return targets;
}

config::Hosts WithoutPasswords() {
  config::Hosts hosts;
  hosts.security = {"None"};
  return hosts;
}

SelfTestResult ResultOf(const absl::Status& status) {
  if (status.ok()) {
    return SelfTestResult::kOk;
  }
  return absl::IsResourceExhausted(status) ? SelfTestResult::kSkipped : SelfTestResult::kFailed;
}

void Ignore(const std::exception_ptr& /*bug*/) {}

// Plays the host for whoever comes, until `acceptor` closes.
Awaitable<void> PlayHosts(net::Worker& home, std::shared_ptr<net::TcpAcceptor> acceptor) {
  for (;;) {
    auto [error, socket] = co_await acceptor->async_accept(kTuple);
    if (error) {
      co_return;
    }
    auto stream =
        std::make_unique<net::SocketStream>(net::Transport(net::Socket(std::move(socket))));
    asio::co_spawn(home.Loop(), PlayHost(home, std::move(stream)), Ignore);
  }
}

std::shared_ptr<net::TcpAcceptor> OpenHost(net::Worker& home) {
  auto acceptor = std::make_shared<net::TcpAcceptor>(home.Loop());
  boost::system::error_code error;
  acceptor->open(tcp::v4(), error);
  if (!error) {
    acceptor->bind({asio::ip::address_v4::loopback(), 0}, error);
  }
  if (!error) {
    acceptor->listen(4, error);
  }
  return error ? nullptr : acceptor;
}

}  // namespace

SelfTest::Side::Side(SelfTest& test, std::size_t index)
    : dialer({.worker = test.parts_.workers.At(index),
              .policy = test.policy_,
              .resolver = test.parts_.resolver,
              .timeouts = test.parts_.configuration.timeouts}),
      sessions{.registry = test.registry_,
               .admission = test.admission_,
               .dialer = dialer,
               .hosts = test.hosts_,
               .timers = test.parts_.workers.At(index).Clockwork(),
               .buffers = buffers,
               .worker_traffic = test.metrics_.traffic.Worker(index),
               .metrics = test.metrics_.session,
               .admissions = test.metrics_.admission,
               .connections = test.metrics_.front,
               .log = test.log_,
               .audit = test.audit_,
               .clock = test.parts_.clock,
               .limits = {}},
      front(test.settings_, sessions) {}

SelfTest::SelfTest(SelfTestParts parts)
    : parts_(std::move(parts)),
      metrics_({.version = "", .revision = ""}, parts_.workers.Size()),
      log_(Level::kError, parts_.clock),
      audit_({.write = [](std::string_view) { return true; }},
             parts_.clock,
             metrics_.node.audit_lost,
             health_),
      blocks_(store_),
      policy_(OnlyLoopback(), {}),
      hosts_(WithoutPasswords(), nullptr),
      admission_(
          config::Configuration(),
          {.keys = keys_,
           .blocks = blocks_,
           .store = store_,
           .clock = parts_.clock,
           .target_check = [this](const Target& target) { return policy_.CheckTarget(target); },
           .process_started = WallTime()}),
      budget_(admission::AddressLimits(), parts_.clock),
      registry_(session::Limits(), kEvents),
      settings_(parts_.files,
                budget_,
                admission_,
                metrics_.front,
                log_,
                std::vector<std::string>(),
                std::string(),
                admission::AddressLimits().connections) {
  settings_.introduced = true;
  const absl::Status put = keys_.Put(NewKey(parts_.clock.Wall()));
  if (!put.ok()) {
    throw std::logic_error("the self-test's key: " + Message(put));
  }
  for (std::size_t i = 0; i < parts_.workers.Size(); ++i) {
    sides_.push_back(std::make_unique<Side>(*this, i));
  }
}

void SelfTest::Start(std::vector<net::OwnListener> listeners) {
  listeners_ = std::move(listeners);
  asio::co_spawn(parts_.home.Loop(), Run(), [this](const std::exception_ptr& bug) {
    Tell(bug == nullptr ? absl::OkStatus() : absl::InternalError("the self-test itself broke"),
         parts_.clock.Steady());
    Done();
  });
}

void SelfTest::AwaitFirst() {
  std::unique_lock<std::mutex> lock(mutex_);
  const milliseconds most = 2 * kLimit * static_cast<int>(listeners_.size() + 1);
  first_done_.wait_for(lock, most, [this] { return done_once_; });
}

void SelfTest::Done() {
  const std::lock_guard<std::mutex> lock(mutex_);
  done_once_ = true;
  first_done_.notify_all();
}

void SelfTest::Expect(const std::string& from) {
  const std::lock_guard<std::mutex> lock(mutex_);
  expected_ = from;
  expecting_.store(!from.empty());
}

bool SelfTest::IsOwn(const net::HttpConnection& connection) const {
  if (!expecting_.load()) {
    return false;
  }
  const std::string peer = connection.Facts().peer;
  const std::lock_guard<std::mutex> lock(mutex_);
  return peer == expected_;
}

Awaitable<void> SelfTest::Run() {
  net::SteadyTimer timer(parts_.home.Loop());
  for (;;) {
    bool failed = false;
    // A node that is going away is not ready anyway, and its listeners close.
    if (parts_.health.Holds(Condition::kNotDraining)) {
      const SteadyTime begun = parts_.clock.Steady();
      const absl::Status status = co_await Round();
      Tell(status, begun);
      failed = !status.ok();
    }
    Done();
    timer.expires_after(failed ? kAfterFailure : kEvery);
    co_await timer.async_wait(kTuple);
  }
}

// Says all that is wrong: one listener's trouble must not hide another's.
Awaitable<absl::Status> SelfTest::Round() {
  if (!DescriptorsAreLeft()) {
    co_return absl::ResourceExhaustedError("no descriptors are left to try with");
  }
  std::string wrong;
  for (const net::OwnListener& listener : listeners_) {
    const absl::Status tried = co_await Try(listener);
    Expect("");
    if (absl::IsResourceExhausted(tried)) {
      co_return tried;
    }
    if (!tried.ok()) {
      wrong += (wrong.empty() ? "" : "; ") + Message(Annotate(tried, "listener " + listener.name));
    }
  }
  co_return wrong.empty() ? absl::OkStatus() : Error(absl::StatusCode::kUnavailable, wrong);
}

Awaitable<absl::Status> SelfTest::Try(net::OwnListener listener) {
  const std::shared_ptr<net::TcpAcceptor> host = OpenHost(parts_.home);
  if (host == nullptr) {
    co_return absl::ResourceExhaustedError("no socket for the self-test's host");
  }
  boost::system::error_code ignored;
  const absl::StatusOr<std::string> token = NewToken(host->local_endpoint(ignored).port());
  if (!token.ok()) {
    co_return token.status();
  }
  asio::co_spawn(parts_.home.Loop(), PlayHosts(parts_.home, host), Ignore);
  net::OwnVisit visit{.path = "/websockify?token=" + *token,
                      .limit = kLimit,
                      .announce = [this](const std::string& from) { Expect(from); }};
  absl::StatusOr<std::unique_ptr<net::ByteStream>> console =
      co_await net::DialOwn(parts_.home, std::move(listener), std::move(visit));
  absl::Status status = console.status();
  if (console.ok()) {
    const net::Deadline deadline(parts_.home.Clockwork(), kLimit,
                                 [&console] { (*console)->Close({}); });
    status = co_await PlayViewer(*console);
    if (deadline.Passed()) {
      status = Error(absl::StatusCode::kDeadlineExceeded, Message(status) + ": too slow");
    }
    (*console)->Close({.code = 1000, .sentence = ""});
    co_await (*console)->Closed();
  }
  host->close(ignored);
  co_return status;
}

absl::StatusOr<std::string> SelfTest::NewToken(std::uint16_t host_port) const {
  const auto now = std::chrono::floor<std::chrono::seconds>(parts_.clock.Wall());
  const std::string issued = std::to_string(now.time_since_epoch().count());
  const std::string expires = std::to_string(now.time_since_epoch().count() + 60);
  return token::SealJwe(R"({"aud":"porthole","sub":"self-test","jti":")" + NewUuid() +
                            R"(","iat":)" + issued + R"(,"exp":)" + expires +
                            R"(,"console":{"id":"self-test","target":"tcp://127.0.0.1:)" +
                            std::to_string(host_port) + R"("}})",
                        *keys_.Find(kKeyId));
}

// What it has no means to try says nothing of the node: the last result stands.
void SelfTest::Tell(const absl::Status& status, SteadyTime begun) {
  const std::chrono::duration<double> lasted = parts_.clock.Steady() - begun;
  const SelfTestResult result = ResultOf(status);
  parts_.metrics.SelfTests(result).Increment();
  if (result == SelfTestResult::kSkipped) {
    parts_.log.Log(Level::kWarning, "self_test_skipped", {{"detail", Message(status)}});
    return;
  }
  parts_.metrics.self_test_seconds.Set(lasted.count());
  const bool held = parts_.health.Holds(Condition::kSelfTest);
  parts_.health.Set(Condition::kSelfTest, status.ok(), Message(status));
  if (held == status.ok()) {
    return;
  }
  if (status.ok()) {
    parts_.log.Log(Level::kInfo, "self_test_works_again");
  } else {
    parts_.log.Log(Level::kError, "self_test_failed", {{"detail", Message(status)}});
  }
  parts_.on_change();
}

}  // namespace porthole

#include "front/accept_loop.h"

#include "base/status.h"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace porthole::front {
namespace {

using telemetry::AcceptError;
using telemetry::Level;

// No exception is ordinary here: one is a bug, and costs the connection that met it.
void LogBug(telemetry::Logger& log, const std::exception_ptr& bug) {
  if (bug == nullptr) {
    return;
  }
  try {
    std::rethrow_exception(bug);
  } catch (const std::exception& error) {
    log.Log(Level::kError, "bug", {{"detail", error.what()}});
  } catch (...) {
    log.Log(Level::kError, "bug", {{"detail", "an exception of an unknown type"}});
  }
}

net::Awaitable<void> AcceptLoop(net::Acceptor& acceptor,
                                Serve serve,
                                telemetry::FrontMetrics& metrics,
                                telemetry::Logger& log) {
  bool starving = false;  // said once, however long it lasts; the metric counts on
  for (;;) {
    absl::StatusOr<std::unique_ptr<net::HttpConnection>> connection = co_await acceptor.Accept();
    if (connection.ok()) {
      starving = false;
      boost::asio::co_spawn(acceptor.Home().Loop(), serve(*std::move(connection)),
                            [&log](const std::exception_ptr& bug) { LogBug(log, bug); });
      continue;
    }
    switch (connection.status().code()) {
      case absl::StatusCode::kCancelled:
        co_return;
      case absl::StatusCode::kResourceExhausted:
        // Whoever waits in the backlog is served when a descriptor comes free.
        metrics.AcceptErrors(AcceptError::kDescriptors).Increment();
        if (!std::exchange(starving, true)) {
          log.Log(Level::kWarning, "accept_failed", {{"detail", Message(connection.status())}});
        }
        co_await acceptor.Pause();
        break;
      case absl::StatusCode::kUnavailable:
        metrics.AcceptErrors(AcceptError::kAborted).Increment();
        break;
      default:
        metrics.AcceptErrors(AcceptError::kOther).Increment();
        co_await acceptor.Pause();
        break;
    }
  }
}

}  // namespace

void SpawnAcceptLoop(net::Acceptor& acceptor,
                     Serve serve,
                     telemetry::FrontMetrics& metrics,
                     telemetry::Logger& log) {
  boost::asio::co_spawn(acceptor.Home().Loop(),
                        AcceptLoop(acceptor, std::move(serve), metrics, log),
                        [&log](const std::exception_ptr& bug) { LogBug(log, bug); });
}

}  // namespace porthole::front

#pragma once

#include "net/http_connection.h"
#include "net/listener.h"
#include "telemetry/front_metrics.h"
#include "telemetry/log.h"

#include <functional>
#include <memory>

namespace porthole::front {

// What an accept loop does with each connection; called on the acceptor's worker.
using Serve = std::function<net::Awaitable<void>(std::unique_ptr<net::HttpConnection>)>;

// Accepts on one worker until the acceptor is closed, and serves every connection in a coroutine of
// its own. Spawned once for each acceptor; all arguments outlive the worker.
void SpawnAcceptLoop(net::Acceptor& acceptor,
                     Serve serve,
                     telemetry::FrontMetrics& metrics,
                     telemetry::Logger& log);

}  // namespace porthole::front

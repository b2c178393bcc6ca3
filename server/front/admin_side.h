#pragma once

#include "net/http_connection.h"
#include "telemetry/health.h"
#include "telemetry/metrics.h"

#include <memory>

namespace porthole::front {

// The admin port: /metrics for Prometheus, /livez and /readyz for whoever keeps the process alive.
class AdminSide {
 public:
  // Both outlive the worker.
  AdminSide(const telemetry::Metrics& metrics, const telemetry::Health& health)
      : metrics_(metrics), health_(health) {}

  // Serves one connection until it is gone.
  net::Awaitable<void> Serve(std::unique_ptr<net::HttpConnection> connection);

 private:
  net::HttpResponse Answer(const net::HttpRequest& request) const;

  const telemetry::Metrics& metrics_;
  const telemetry::Health& health_;
};

}  // namespace porthole::front

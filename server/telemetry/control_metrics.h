#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace porthole::telemetry {

// Metrics of the control API and of what it has set. The registry must outlive them; thread-safe.
class ControlMetrics {
 public:
  explicit ControlMetrics(prometheus::Registry& registry);

  // Counts one finished call: porthole_control_requests_total{method,code} and
  // porthole_control_request_duration_seconds{method}. `method` is "Service/Method" without the
  // package, one of porthole.control.v1 or counted as "other"; `code` is gRPC's number (0 to 16,
  // anything else counts as UNKNOWN). Takes a lock.
  void Finished(std::string_view method, int code, std::chrono::nanoseconds took);

  prometheus::Gauge& token_keys;  // porthole_token_keys
  prometheus::Gauge& blocks;      // porthole_blocks
  prometheus::Gauge& watchers;    // porthole_watchers

 private:
  prometheus::Family<prometheus::Counter>& requests_;
  std::map<std::string, prometheus::Histogram*, std::less<>> durations_;
};

}  // namespace porthole::telemetry

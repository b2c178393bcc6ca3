#pragma once

#include "base/traffic_counters.h"

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace porthole::telemetry {

// What one worker has moved in all its sessions. Alone on its cache lines, so that workers do not
// slow each other down.
struct alignas(64) WorkerTraffic : TrafficCounters {};

// The traffic of all workers, summed when scraped: porthole_bytes_total{direction} and
// porthole_messages_total{direction}, the direction being to_viewer or to_host.
class Traffic final : public prometheus::Collectable {
 public:
  explicit Traffic(std::size_t workers) : workers_(workers) {}

  // The counters of worker `index`, which must be below the number of workers.
  WorkerTraffic& Worker(std::size_t index) { return workers_.at(index); }

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  std::deque<WorkerTraffic> workers_;
};

}  // namespace porthole::telemetry

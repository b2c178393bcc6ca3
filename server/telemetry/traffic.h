#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace porthole::telemetry {

// What one worker has moved in all its sessions. Only the worker's own thread counts, so a count is
// a load and a store and never a locked instruction; a scrape reads from another thread. Alone on
// its cache lines, so that workers do not slow each other down.
struct alignas(64) WorkerTraffic {
  std::atomic<std::uint64_t> bytes_to_viewer{0};
  std::atomic<std::uint64_t> bytes_to_host{0};
  std::atomic<std::uint64_t> messages_to_viewer{0};
  std::atomic<std::uint64_t> messages_to_host{0};

  // Adds to one of the counters above; on the worker's thread only.
  static void Add(std::atomic<std::uint64_t>& counter, std::uint64_t amount) {
    counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
};

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

#pragma once

#include <atomic>
#include <cstdint>

namespace porthole {

// What was moved both ways. One thread counts, so that a count is a load and a store and never a
// locked instruction; any thread may read, relaxed.
struct TrafficCounters {
  std::atomic<std::uint64_t> bytes_to_viewer{0};
  std::atomic<std::uint64_t> bytes_to_host{0};
  std::atomic<std::uint64_t> messages_to_viewer{0};  // WebSocket messages
  std::atomic<std::uint64_t> messages_to_host{0};    // RFB messages

  // Adds to one of the counters above; on the counting thread only.
  static void Add(std::atomic<std::uint64_t>& counter, std::uint64_t amount) {
    counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
};

}  // namespace porthole

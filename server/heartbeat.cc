#include "heartbeat.h"

#include <cstddef>

namespace porthole {

Heartbeat::Heartbeat(const std::vector<net::WorkerPool*>& pools) {
  for (net::WorkerPool* const pool : pools) {
    for (std::size_t i = 0; i < pool->Size(); ++i) {
      pulses_.push_back({&pool->At(i), std::make_shared<std::atomic<bool>>(true)});
    }
  }
}

bool Heartbeat::Beat() {
  bool all = true;
  for (const Pulse& pulse : pulses_) {
    if (!pulse.answered->exchange(false)) {
      all = false;
      continue;  // still asked
    }
    pulse.worker->Post([answered = pulse.answered] { answered->store(true); });
  }
  return all;
}

}  // namespace porthole

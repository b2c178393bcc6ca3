#include "heartbeat.h"

namespace porthole {

Heartbeat::Heartbeat(const std::vector<net::Worker*>& workers) {
  pulses_.reserve(workers.size());
  for (net::Worker* const worker : workers) {
    pulses_.push_back({worker, std::make_shared<std::atomic<bool>>(true)});
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

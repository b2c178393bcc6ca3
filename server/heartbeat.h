#pragma once

#include "net/worker.h"

#include <atomic>
#include <memory>
#include <vector>

namespace porthole {

// Whether loops still turn. Main thread; the workers must outlive it or never run again.
class Heartbeat {
 public:
  explicit Heartbeat(const std::vector<net::WorkerPool*>& pools);

  // Whether every loop answered since the last call; asks all those that did once more.
  bool Beat();

 private:
  struct Pulse {
    net::Worker* worker;
    std::shared_ptr<std::atomic<bool>> answered;
  };

  std::vector<Pulse> pulses_;
};

}  // namespace porthole

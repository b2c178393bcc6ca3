#pragma once

#include "net/timers.h"

#include <chrono>
#include <functional>

namespace porthole::net {

// A time limit around a step: when it passes, it closes what the step waits for, so that the step
// walks out by its ordinary path.
class Deadline {
 public:
  Deadline(Timers& timers, std::chrono::milliseconds limit, std::function<void()> close)
      : close_(std::move(close)), timer_(timers, [this] {
          passed_ = true;
          close_();
        }) {
    timer_.Arm(limit);
  }

  bool Passed() const { return passed_; }
  // The step is over: from here on nothing is closed.
  void Lift() { timer_.Disarm(); }

 private:
  std::function<void()> close_;
  bool passed_ = false;
  Timer timer_;
};

}  // namespace porthole::net

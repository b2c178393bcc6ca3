#pragma once

#include <chrono>

namespace porthole::client::internal {

// Growing waits between attempts, each less a random part, so that those who failed together do not
// come back together.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds most)
      : first_(first), most_(most), next_(first) {}

  // The wait before the next attempt: between half of the step and all of it; steps double up to
  // the most.
  std::chrono::milliseconds Next();
  // Begins anew.
  void Reset() { next_ = first_; }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds most_;
  std::chrono::milliseconds next_;
};

}  // namespace porthole::client::internal

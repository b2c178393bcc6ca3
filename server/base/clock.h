#pragma once

#include <chrono>

namespace porthole {

using WallTime = std::chrono::system_clock::time_point;
using SteadyTime = std::chrono::steady_clock::time_point;

// The process edge to time, so that tests can hold it still. Thread-safe.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  // Wall time: for tokens, blocks and what people read.
  virtual WallTime Wall() const = 0;
  // Steady time: for everything that lasts.
  virtual SteadyTime Steady() const = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  WallTime Wall() const override;
  SteadyTime Steady() const override;
};

}  // namespace porthole

#pragma once

#include "base/clock.h"

#include <atomic>
#include <chrono>

namespace porthole {

// A clock that stands still until a test moves it. Thread-safe.
class FakeClock final : public Clock {
 public:
  static constexpr std::chrono::sys_seconds kStart{std::chrono::seconds(1'790'000'000)};

  WallTime Wall() const override { return WallTime(kStart) + passed_.load(); }
  SteadyTime Steady() const override { return SteadyTime(std::chrono::hours(1)) + passed_.load(); }

  void Advance(std::chrono::nanoseconds by) { passed_ = passed_.load() + by; }

 private:
  std::atomic<std::chrono::nanoseconds> passed_{std::chrono::nanoseconds(0)};
};

}  // namespace porthole

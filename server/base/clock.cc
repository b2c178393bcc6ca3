#include "base/clock.h"

namespace porthole {

WallTime SystemClock::Wall() const {
  return std::chrono::system_clock::now();
}

SteadyTime SystemClock::Steady() const {
  return std::chrono::steady_clock::now();
}

}  // namespace porthole

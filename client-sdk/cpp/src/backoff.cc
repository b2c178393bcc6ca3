#include "backoff.h"

#include <algorithm>
#include <random>

namespace porthole::client::internal {

std::chrono::milliseconds Backoff::Next() {
  static thread_local std::minstd_rand random(std::random_device{}());
  const std::chrono::milliseconds step = std::min(next_, most_);
  next_ = std::min(step * 2, most_);
  std::uniform_int_distribution<std::chrono::milliseconds::rep> wait(step.count() / 2,
                                                                     step.count());
  return std::chrono::milliseconds(wait(random));
}

}  // namespace porthole::client::internal

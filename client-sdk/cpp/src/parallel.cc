#include "parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace porthole::client::internal {

void RunParallel(std::size_t count,
                 std::size_t parallel,
                 const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      work(i);
    }
  };
  // The caller's thread is one of them.
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < std::min(count, parallel); ++i) {
    threads.emplace_back(run);
  }
  run();
}

}  // namespace porthole::client::internal

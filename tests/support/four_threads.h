#pragma once

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

namespace porthole::testing {

// Calls `work` with 0 to 3 on four threads that begin together; returns when all have returned.
template <typename Work>
void InFourThreads(const Work& work) {
  constexpr int kThreads = 4;
  std::atomic<bool> go = false;
  std::vector<std::jthread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&work, &go, thread] {
      go.wait(false);
      work(thread);
    });
  }
  go = true;
  go.notify_all();
}

}  // namespace porthole::testing

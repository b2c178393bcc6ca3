#include "state/completion_queue.h"

#include "tests/support/four_threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

namespace porthole::state {
namespace {

TEST(CompletionQueue, RunsInTheOrderOfAdding) {
  CompletionQueue queue;
  std::string ran;
  queue.Add([&] { ran += "a"; });
  queue.Add([&] { ran += "b"; });

  queue.Run();

  EXPECT_EQ(ran, "ab");
}

TEST(CompletionQueue, RunsWhatACompletionAddsAfterItNotInsideIt) {
  CompletionQueue queue;
  std::string ran;
  queue.Add([&] {
    queue.Add([&] { ran += "b"; });
    queue.Run();
    ran += "a";
  });

  queue.Run();

  EXPECT_EQ(ran, "ab");
}

TEST(CompletionQueue, RunsNothingTwice) {
  CompletionQueue queue;
  int runs = 0;
  queue.Add([&] { ++runs; });

  queue.Run();
  queue.Run();

  EXPECT_EQ(runs, 1);
}

TEST(CompletionQueue, RunsOneAtATimeInOrderForManyThreads) {
  constexpr int kEach = 500;
  CompletionQueue queue;
  std::mutex order;  // stands for the lock of a store
  int added = 0;
  std::atomic<int> inside = 0;
  std::atomic<int> overlaps = 0;
  std::vector<int> ran;
  const auto add = [&] {
    const std::lock_guard lock(order);
    queue.Add([&, number = added++] {
      overlaps += inside.fetch_add(1);
      ran.push_back(number);
      inside.fetch_sub(1);
    });
  };
  testing::InFourThreads([&](int /*thread*/) {
    for (int i = 0; i < kEach; ++i) {
      add();
      queue.Run();
    }
  });

  EXPECT_EQ(overlaps.load(), 0);
  ASSERT_EQ(ran.size(), static_cast<std::size_t>(4 * kEach));
  for (std::size_t i = 0; i < ran.size(); ++i) {
    ASSERT_EQ(ran[i], static_cast<int>(i));
  }
}

}  // namespace
}  // namespace porthole::state

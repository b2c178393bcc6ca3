#pragma once

#include <absl/functional/any_invocable.h>

#include <deque>
#include <mutex>

namespace porthole::state {

// Runs completions one at a time, in the order in which they were added, without a thread of its
// own: whoever finds nobody running them does. Thread-safe.
class CompletionQueue {
 public:
  using Completion = absl::AnyInvocable<void()>;

  // Takes a place for `completion`; to be called under the lock that orders the changes.
  void Add(Completion completion);

  // Runs what is there, unless another thread (or a frame below this one) does so already and will
  // run it. To be called without that lock.
  void Run();

 private:
  Completion Next();

  std::mutex mutex_;
  std::deque<Completion> waiting_;
  bool running_ = false;
};

}  // namespace porthole::state

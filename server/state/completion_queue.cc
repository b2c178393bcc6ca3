#include "state/completion_queue.h"

#include <utility>

namespace porthole::state {

void CompletionQueue::Add(Completion completion) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(completion));
}

void CompletionQueue::Run() {
  {
    const std::lock_guard lock(mutex_);
    if (running_) {
      return;
    }
    running_ = true;
  }
  for (Completion next = Next(); next != nullptr; next = Next()) {
    next();
  }
}

// The next completion; null when there is none, and then nobody runs any more.
CompletionQueue::Completion CompletionQueue::Next() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    running_ = false;
    return nullptr;
  }
  Completion next = std::move(waiting_.front());
  waiting_.pop_front();
  return next;
}

}  // namespace porthole::state

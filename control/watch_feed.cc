#include "control/watch_feed.h"

#include "base/status.h"

#include <chrono>
#include <cstdint>

namespace porthole::control {
namespace {

using Clock = std::chrono::steady_clock;

// How long the thread rests between two rounds: what happens meanwhile goes in one.
constexpr std::chrono::milliseconds kRest{1};
// How often it looks for heartbeats that are due, and for watches that are stuck.
constexpr std::chrono::milliseconds kLook{250};
constexpr std::chrono::hours kLongLook{1};

}  // namespace

WatchFeed::WatchFeed(session::EventRing& events, std::size_t most_watches)
    : events_(events), most_watches_(most_watches), thread_([this] { Run(); }) {}

WatchFeed::~WatchFeed() {
  over_ = true;
  Wake();
  thread_.join();
}

absl::Status WatchFeed::Add(Watch& watch) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) {
      return Error(absl::StatusCode::kUnavailable, "the node is going away");
    }
    if (watches_.size() >= most_watches_) {
      return Error(absl::StatusCode::kResourceExhausted, "too many watches; try again later");
    }
    watches_.insert(&watch);
  }
  Wake();
  return absl::OkStatus();
}

void WatchFeed::Wake() {
  woken_ = true;
  events_.Wake();
}

void WatchFeed::Remove(Watch& watch) {
  const std::lock_guard lock(mutex_);
  watches_.erase(&watch);
}

void WatchFeed::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (Watch* const watch : watches_) {
    watch->End(Error(absl::StatusCode::kUnavailable, "the node is going away"));
  }
}

bool WatchFeed::Idle() const {
  const std::lock_guard lock(mutex_);
  return watches_.empty();
}

// With nobody watching it waits for the first one, and no event wakes it.
void WatchFeed::Run() {
  std::uint64_t seen = 0;
  while (!over_) {
    seen = Idle() ? events_.WaitPast(UINT64_MAX, Clock::now() + kLongLook, woken_)
                  : events_.WaitPast(seen, Clock::now() + kLook, woken_);
    woken_ = false;
    {
      const std::lock_guard lock(mutex_);
      const Clock::time_point now = Clock::now();
      for (Watch* const watch : watches_) {
        watch->Poke(now);
      }
    }
    if (!over_) {
      std::this_thread::sleep_for(kRest);
    }
  }
}

}  // namespace porthole::control

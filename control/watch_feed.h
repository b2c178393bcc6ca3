#pragma once

#include "control/watch.h"
#include "session/events.h"

#include <absl/status/status.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <unordered_set>

namespace porthole::control {

// Tells watches that something happened, from a thread of its own: whoever changes a session only
// adds to the ring. Thread-safe.
class WatchFeed {
 public:
  explicit WatchFeed(session::EventRing& events, std::size_t most_watches);
  WatchFeed(const WatchFeed&) = delete;
  WatchFeed& operator=(const WatchFeed&) = delete;
  // No watch is left by then.
  ~WatchFeed();

  // Whether there is room for one more; it then stays until Remove(). Not after Stop().
  absl::Status Add(Watch& watch);
  void Remove(Watch& watch);

  // Ends every watch once it has sent what happened so far, and takes no more.
  void Stop();

 private:
  void Wake();
  void Run();
  bool Idle() const;

  session::EventRing& events_;
  const std::size_t most_watches_;
  std::atomic<bool> over_ = false;
  std::atomic<bool> woken_ = false;
  mutable std::mutex mutex_;  // guards the next two; taken before a watch's own
  std::unordered_set<Watch*> watches_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace porthole::control

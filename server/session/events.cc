#include "session/events.h"

#include <algorithm>
#include <new>
#include <utility>

namespace porthole::session {

Snapshot Event::Snap() const {
  Snapshot snapshot;
  snapshot.description = record->About();
  snapshot.description.policy = policy;
  snapshot.state = state;
  if (has_host) {
    snapshot.host = record->Host();
  }
  if (end_reason.has_value()) {
    snapshot.end = EndRequest{*end_reason, {}};
  }
  snapshot.ended = ended;
  snapshot.bytes_to_viewer = bytes_to_viewer;
  snapshot.bytes_to_host = bytes_to_host;
  snapshot.messages_to_viewer = messages_to_viewer;
  snapshot.messages_to_host = messages_to_host;
  snapshot.last_input = last_input;
  snapshot.revision = revision;
  return snapshot;
}

EventRing::EventRing(std::size_t capacity) : slots_(capacity) {}

void EventRing::Add(absl::FunctionRef<void(Event&)> make) noexcept {
  std::shared_ptr<Event> event;
  try {
    event = std::make_shared<Event>();
  } catch (const std::bad_alloc&) {
    event = nullptr;  // forgotten below
  }
  Event unseen;
  EventPtr pushed_out;  // goes, and perhaps the last of a session with it, after the lock
  bool notify = false;
  {
    const std::lock_guard lock(mutex_);
    Event& target = event == nullptr ? unseen : *event;
    target.revision = ++last_;
    make(target);
    held_ = event == nullptr ? 0 : std::min<std::uint64_t>(held_ + 1, slots_.size());
    pushed_out = std::exchange(slots_[last_ % slots_.size()], std::move(event));
    notify = last_ > wanted_after_;
    wanted_after_ = notify ? UINT64_MAX : wanted_after_;
  }
  if (notify) {
    woken_.notify_all();
  }
}

std::uint64_t EventRing::Last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

bool EventRing::HoldsAfter(std::uint64_t revision) const {
  const std::lock_guard lock(mutex_);
  return Held(revision);
}

std::optional<std::vector<EventPtr>> EventRing::After(std::uint64_t revision,
                                                      std::size_t limit) const {
  std::vector<EventPtr> events;
  const std::lock_guard lock(mutex_);
  if (!Held(revision)) {
    return std::nullopt;
  }
  const std::uint64_t end = revision + std::min<std::uint64_t>(last_ - revision, limit);
  for (std::uint64_t next = revision + 1; next <= end; ++next) {
    events.push_back(slots_[next % slots_.size()]);
  }
  return events;
}

std::uint64_t EventRing::WaitPast(std::uint64_t revision,
                                  std::chrono::steady_clock::time_point deadline,
                                  const std::atomic<bool>& woken) {
  std::unique_lock lock(mutex_);
  while (last_ <= revision && !woken) {
    wanted_after_ = std::min(wanted_after_, revision);
    if (woken_.wait_until(lock, deadline) == std::cv_status::timeout) {
      break;
    }
  }
  return last_;
}

void EventRing::Wake() {
  const std::lock_guard lock(mutex_);  // nobody is between looking and waiting
  woken_.notify_all();
}

}  // namespace porthole::session

#pragma once

#include "admission/policy.h"
#include "base/clock.h"
#include "base/end_reason.h"
#include "session/record.h"

#include <absl/functional/function_ref.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace porthole::session {

// One change of one session, and the session as it was right after it. Immutable once it is in the
// ring.
struct Event {
  std::uint64_t revision = 0;
  EventKind kind = EventKind::kChanged;
  std::shared_ptr<const Record> record;  // for what never changes
  State before = State::kAdmitting;      // where the session was until then
  State state = State::kAdmitting;
  std::uint8_t passed = 0;  // BitOf() every state that it has been in
  bool has_host = false;    // what the host told was known
  std::optional<EndReason> end_reason;
  std::optional<WallTime> ended;
  admission::PolicyInForce policy;
  std::uint64_t bytes_to_viewer = 0;
  std::uint64_t bytes_to_host = 0;
  std::uint64_t messages_to_viewer = 0;
  std::uint64_t messages_to_host = 0;
  std::optional<WallTime> last_input;

  // The session as it was. The sentence of its end is not kept.
  Snapshot Snap() const;
};

using EventPtr = std::shared_ptr<const Event>;

// The last changes of all sessions of the node, in order, each with a revision one higher than the
// one before; the first is 1. Holds a bounded number: whoever reads too slowly finds that what
// comes next is gone. Writers never wait for readers. Thread-safe.
class EventRing {
 public:
  static constexpr std::size_t kCapacity = 8192;

  explicit EventRing(std::size_t capacity = kCapacity);
  EventRing(const EventRing&) = delete;
  EventRing& operator=(const EventRing&) = delete;

  // Adds the event that `make` fills in; it has its revision already. `make` runs under the ring's
  // lock, so that changes and their events have one order; it must be short and not throw. Should
  // there be no memory for the event, all that is held is forgotten: readers notice, and begin
  // again.
  void Add(absl::FunctionRef<void(Event&)> make) noexcept;

  // The revision of the last event; 0: there was none yet.
  std::uint64_t Last() const;

  // Whether every event after `revision` is held. False also for a revision not reached yet.
  bool HoldsAfter(std::uint64_t revision) const;

  // The first events after `revision`, at most `limit`; nothing when they are not held.
  std::optional<std::vector<EventPtr>> After(std::uint64_t revision, std::size_t limit) const;

  // Waits until there is an event after `revision`, until `deadline`, or until `woken` is true,
  // which Wake() has it look at. Returns the last revision.
  std::uint64_t WaitPast(std::uint64_t revision,
                         std::chrono::steady_clock::time_point deadline,
                         const std::atomic<bool>& woken);
  void Wake();

 private:
  bool Held(std::uint64_t revision) const { return revision <= last_ && revision + held_ >= last_; }

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable woken_;
  std::vector<EventPtr> slots_;  // by revision modulo size
  std::uint64_t last_ = 0;
  std::uint64_t held_ = 0;                   // how many, up to the last
  std::uint64_t wanted_after_ = UINT64_MAX;  // the next event after this one is waited for
};

}  // namespace porthole::session

#pragma once

#include "session/events.h"
#include "session/record.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace porthole::session {

// How many sessions there may be at once.
struct Limits {
  std::size_t sessions = 9000;
  std::size_t per_console = 16;
  std::size_t per_subject = 64;
  std::size_t per_address = 256;  // IPv6 counted by /64
};

class SessionRegistry;

// A session's place in the registry. Gives the place back when it goes, on the session's worker.
class Entry {
 public:
  Entry(SessionRegistry* registry, std::shared_ptr<Record> record);
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  Entry(Entry&& other) noexcept = default;
  Entry& operator=(Entry&&) = delete;
  ~Entry();

  Record& operator*() const { return *record_; }
  Record* operator->() const { return record_.get(); }
  const std::shared_ptr<Record>& Shared() const { return record_; }

  // Frees the console for others, as soon as the end is decided and the host's connection closed;
  // the rest stays taken until the transport is gone. Idempotent.
  void LeaveConsole();

  // For a session that takes its console over: asks everyone who entered the console before it to
  // end, and returns those who are still there, others that are ending among them. Nobody is asked
  // when the end of this session was asked for itself.
  // Refusals: kBusy when one of them may not be replaced by this subject; then nobody is asked.
  Judged<std::vector<std::shared_ptr<Record>>> TakeOver();

 private:
  SessionRegistry* registry_;
  std::shared_ptr<Record> record_;
};

// Every session of the node, from admission to the last byte. Thread-safe; no call out of it is
// made with its lock held.
class SessionRegistry {
 public:
  // `events`: how many events are held for those who watch.
  explicit SessionRegistry(Limits limits, std::size_t events = EventRing::kCapacity);

  // Takes the places that a session needs, all in one critical section: in the node, and of its
  // console, subject and address, under the sharing rule of its policy (design, section 5). The
  // session is visible to End() from here on. `wake` is the Record's. Should memory run out on the
  // way, nothing stays taken.
  Judged<Entry> Enter(Description description, std::function<void()> wake);

  // Asks every session that `selector` matches to end, and returns them. Those already ending for
  // another reason are among them.
  std::vector<std::shared_ptr<Record>> End(const Selector& selector,
                                           EndReason reason,
                                           const std::string& sentence);

  // Shows `announcement` in the viewers of every session that `selector` matches; those that are
  // ending are not counted. Returns at once: each session sends it on its own worker.
  Announced Announce(const Selector& selector, const Announcement& announcement);

  std::shared_ptr<Record> Find(const std::string& session_id) const;

  // Up to `limit` sessions with a sequence above `after`, in the order of entry.
  std::vector<std::shared_ptr<Record>> List(std::uint64_t after, std::size_t limit) const;

  std::size_t Size() const;
  bool Full() const { return Size() >= CurrentLimits().sessions; }

  // What happened to the sessions. A list that is made after asking for the last revision and the
  // events after that revision leave nothing out.
  EventRing& Events() { return events_; }
  const EventRing& Events() const { return events_; }

  Limits CurrentLimits() const;
  // Applies to those who enter from now on.
  void SetLimits(Limits limits);

 private:
  friend class Entry;

  using Counts = std::unordered_map<std::string, std::size_t>;
  // Whoever holds a console, by order of entry.
  using Holders = std::map<std::uint64_t, std::shared_ptr<Record>>;

  std::optional<Refusal> CheckLimits(const Description& description) const;
  std::optional<Refusal> CheckCounts(const Description& description) const;
  std::optional<Refusal> CheckSharing(const Description& description) const;
  std::vector<std::shared_ptr<Record>> Matching(const Selector& selector) const;
  bool Replaces(const Description& newcomer,
                const std::function<bool(const Record&)>& matches) const;
  Judged<std::vector<std::shared_ptr<Record>>> Predecessors(const Record& newcomer) const;
  Judged<std::vector<std::shared_ptr<Record>>> TakeOver(const Record& newcomer);
  void Place(const std::shared_ptr<Record>& record);
  void LeaveConsole(Record& record);
  void Leave(Record& record);

  EventRing events_;  // its lock is taken under ours, and a record's under both
  mutable std::mutex mutex_;
  Limits limits_;
  std::uint64_t last_sequence_ = 0;
  Holders sessions_;
  std::unordered_map<std::string, std::shared_ptr<Record>> by_id_;
  std::unordered_map<std::string, Holders> by_console_;
  Counts by_subject_;
  Counts by_address_;
};

}  // namespace porthole::session

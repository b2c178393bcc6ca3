#pragma once

#include "admission/policy.h"
#include "base/clock.h"
#include "base/end_reason.h"
#include "base/selector.h"
#include "base/traffic_counters.h"
#include "net/byte_stream.h"
#include "session/announcement.h"
#include "session/policy_change.h"

#include <absl/functional/any_invocable.h>
#include <absl/functional/function_ref.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace porthole::session {

enum class State : std::uint8_t {
  kAdmitting,
  kDialling,
  kHandshaking,
  kActive,
  kEnding,
  kEnded,  // it has left the registry
};

// "admitting", "dialling", …
std::string_view Name(State state);

// For sets of states in a byte.
constexpr std::uint8_t BitOf(State state) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(state));
}

// What an event in the registry's ring tells (session/events.h).
enum class EventKind : std::uint8_t {
  kOpened,   // the session entered the registry
  kChanged,  // a state, a policy or a fact of it changed
  kEnded,    // it left the registry
};
class EventRing;
struct Event;

// What is known of a session when it enters the registry; it never changes.
struct Description {
  SessionNames names;
  std::string console_name;
  std::string target;  // as in the token; holds no secret
  std::string user_agent;
  bool reads_text = false;  // the viewer agreed to text beside RFB, and so shows announcements
  net::TransportFacts viewer;
  admission::PolicyInForce policy;
  WallTime started;
  std::uint64_t sequence = 0;  // given by the registry: the order of entry, never 0 in it
};

// What the host's handshake tells.
struct HostFacts {
  net::TransportFacts transport;
  std::string protocol_version;  // "3.8"
  std::string security_type;     // "VncAuth"
  std::string desktop_name;
  std::uint16_t width = 0;
  std::uint16_t height = 0;
};

// What passed so far. Written by the session's worker, read by anyone; relaxed.
struct Traffic : TrafficCounters {
  std::atomic<std::int64_t> last_input_ms{0};  // Unix time in milliseconds; 0: none yet
};

// How a session is to end, and in which words for the person.
struct EndRequest {
  EndReason reason = EndReason::kInternalError;
  std::string sentence;
};

// A plain copy of everything that may be told of a session.
struct Snapshot {
  Description description;
  State state = State::kAdmitting;
  std::optional<HostFacts> host;
  std::optional<EndRequest> end;
  std::uint64_t bytes_to_viewer = 0;
  std::uint64_t bytes_to_host = 0;
  std::uint64_t messages_to_viewer = 0;
  std::uint64_t messages_to_host = 0;
  std::optional<WallTime> last_input;
  std::optional<WallTime> ended;
  std::uint64_t revision = 0;  // of the last event about it; 0: there was none
};

// One session as the rest of the process sees it. Shared between its worker and the readers of the
// registry; thread-safe.
class Record : public std::enable_shared_from_this<Record> {
 public:
  // `wake` is called, on any thread, when somebody asks for the end; it must only post. `events`
  // learns of each change; it outlives the session, not the record.
  Record(Description description, std::function<void()> wake, EventRing& events);

  const Description& About() const { return description_; }
  const SessionNames& Names() const { return description_.names; }
  Traffic& Moved() { return traffic_; }
  const Traffic& Moved() const { return traffic_; }
  Snapshot Snap() const;

  // Asks the session to end; the first request counts. Returns whether this one does.
  bool RequestEnd(EndRequest request);
  // The session itself ends. Returns the end that was asked for before, and counts then.
  std::optional<EndRequest> DecideEnd(EndRequest own);
  // The end that was asked for or decided, by whomever.
  std::optional<EndRequest> EndRequested() const;

  // Has the session show `announcement` in its viewer, instead of one that it did not get to yet.
  // Returns whether it will: not when its viewer cannot, or when it is ending.
  bool Announce(std::shared_ptr<const Announcement> announcement);
  // For the session: what is to be shown; null when nothing new is.
  std::shared_ptr<const Announcement> TakeAnnouncement();

  // Has the session change its policy; see PolicyDone.
  void ChangePolicy(PolicyChange change, PolicyDone done);
  // For the session: what is to be changed, in the order of the calls; each is to be answered.
  std::vector<PolicyOrder> TakePolicyOrders();
  // For the session: the policy in force.
  void SetPolicy(const admission::PolicyInForce& policy);

  void SetState(State state);
  State CurrentState() const;
  void SetHost(HostFacts facts);
  // What the host told; nothing before. Set once.
  std::optional<HostFacts> Host() const;
  // When the session was over; before it leaves the registry.
  void SetEndTime(WallTime ended);

  // Calls `callback` once when the session has left its console, so that its host's connection is
  // closed, on the thread that took it out; at once, here, when it has left already.
  void OnLeftConsole(absl::AnyInvocable<void()> callback);
  bool HasLeftConsole() const;

  // Calls `callback` once when the session has left the registry, on the thread that took it out;
  // at once, here, when it has left already.
  void OnGone(absl::AnyInvocable<void()> callback);
  bool Gone() const;

 private:
  friend class SessionRegistry;

  // Something that happens once, and who waits for it.
  struct Milestone {
    bool reached = false;
    std::vector<absl::AnyInvocable<void()>> callbacks;
  };

  // Makes a change, under the lock, and an event of it. For the session's life in the registry.
  void Note(EventKind kind, absl::FunctionRef<void()> change);
  void Fill(Event& event, EventKind kind, State before);
  std::optional<WallTime> LastInput() const;
  void When(Milestone& milestone, absl::AnyInvocable<void()> callback);
  void Reach(Milestone& milestone);

  const Description description_;
  const std::function<void()> wake_;
  EventRing& events_;
  Traffic traffic_;
  mutable std::mutex mutex_;  // guards all below; never held over a call out
  State state_ = State::kAdmitting;
  std::uint8_t passed_ = 0;
  std::uint64_t revision_ = 0;
  std::optional<HostFacts> host_;
  std::optional<EndRequest> end_;
  std::shared_ptr<const Announcement> announcement_;
  admission::PolicyInForce policy_;
  std::vector<PolicyOrder> orders_;
  std::optional<WallTime> ended_;
  Milestone left_console_;
  Milestone gone_;

  // The registry's, guarded by its mutex: which places of it the session holds.
  bool holds_console_ = false;
  bool holds_address_ = false;
  bool opened_ = false;  // its first event is in the ring
};

}  // namespace porthole::session

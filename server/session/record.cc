#include "session/record.h"

#include "base/status.h"
#include "session/events.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

namespace porthole::session {

namespace {

// A management server waits for its answers; more than these are a mistake of its own.
constexpr std::size_t kMaxPolicyOrders = 16;

absl::Status Over(const Description& description) {
  return Error(absl::StatusCode::kNotFound,
               "the session " + description.names.session_id + " has ended");
}

}  // namespace

std::string_view Name(State state) {
  constexpr std::array<std::string_view, 6> kNames = {"admitting", "dialling", "handshaking",
                                                      "active",    "ending",   "ended"};
  return kNames.at(static_cast<std::size_t>(state));
}

Record::Record(Description description, std::function<void()> wake, EventRing& events)
    : description_(std::move(description)),
      wake_(std::move(wake)),
      events_(events),
      policy_(description_.policy) {}

Snapshot Record::Snap() const {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  Snapshot snapshot;
  snapshot.description = description_;
  snapshot.bytes_to_viewer = traffic_.bytes_to_viewer.load(kRelaxed);
  snapshot.bytes_to_host = traffic_.bytes_to_host.load(kRelaxed);
  snapshot.messages_to_viewer = traffic_.messages_to_viewer.load(kRelaxed);
  snapshot.messages_to_host = traffic_.messages_to_host.load(kRelaxed);
  snapshot.last_input = LastInput();
  const std::lock_guard lock(mutex_);
  snapshot.description.policy = policy_;
  snapshot.state = state_;
  snapshot.host = host_;
  snapshot.end = end_;
  snapshot.ended = ended_;
  snapshot.revision = revision_;
  return snapshot;
}

std::optional<WallTime> Record::LastInput() const {
  const std::int64_t input = traffic_.last_input_ms.load(std::memory_order_relaxed);
  return input == 0 ? std::nullopt : std::optional(WallTime(std::chrono::milliseconds(input)));
}

bool Record::RequestEnd(EndRequest request) {
  {
    const std::lock_guard lock(mutex_);
    if (end_.has_value() || gone_.reached) {
      return false;
    }
    end_ = std::move(request);
  }
  wake_();
  return true;
}

std::optional<EndRequest> Record::DecideEnd(EndRequest own) {
  const std::lock_guard lock(mutex_);
  if (end_.has_value()) {
    return end_;
  }
  end_ = std::move(own);
  return std::nullopt;
}

std::optional<EndRequest> Record::EndRequested() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

bool Record::Announce(std::shared_ptr<const Announcement> announcement) {
  {
    const std::lock_guard lock(mutex_);
    if (!description_.reads_text || end_.has_value() || gone_.reached) {
      return false;
    }
    announcement_ = std::move(announcement);
  }
  wake_();
  return true;
}

std::shared_ptr<const Announcement> Record::TakeAnnouncement() {
  const std::lock_guard lock(mutex_);
  return std::exchange(announcement_, nullptr);
}

void Record::ChangePolicy(PolicyChange change, PolicyDone done) {
  std::unique_lock lock(mutex_);
  const bool over = end_.has_value() || gone_.reached;
  if (over || orders_.size() >= kMaxPolicyOrders) {
    lock.unlock();
    done(over ? Over(description_)
              : absl::ResourceExhaustedError("too many changes of this session's policy wait"));
    return;
  }
  orders_.push_back({.change = change, .done = std::move(done)});
  lock.unlock();
  wake_();
}

std::vector<PolicyOrder> Record::TakePolicyOrders() {
  const std::lock_guard lock(mutex_);
  return std::exchange(orders_, {});
}

void Record::SetPolicy(const admission::PolicyInForce& policy) {
  Note(EventKind::kChanged, [this, &policy] { policy_ = policy; });
}

void Record::SetState(State state) {
  Note(EventKind::kChanged, [this, state] { state_ = state; });
}

State Record::CurrentState() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Record::SetHost(HostFacts facts) {
  Note(EventKind::kChanged, [this, &facts] { host_ = std::move(facts); });
}

std::optional<HostFacts> Record::Host() const {
  const std::lock_guard lock(mutex_);
  return host_;
}

void Record::SetEndTime(WallTime ended) {
  const std::lock_guard lock(mutex_);
  ended_ = ended;
}

void Record::Note(EventKind kind, absl::FunctionRef<void()> change) {
  events_.Add([&](Event& event) {
    const std::lock_guard lock(mutex_);
    const State before = state_;
    change();
    Fill(event, kind, before);
  });
}

void Record::Fill(Event& event, EventKind kind, State before) {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  passed_ |= BitOf(state_);
  revision_ = event.revision;
  event.kind = kind;
  event.record = shared_from_this();
  event.before = before;
  event.state = state_;
  event.passed = passed_;
  event.has_host = host_.has_value();
  event.end_reason = end_.has_value() ? std::optional(end_->reason) : std::nullopt;
  event.ended = ended_;
  event.policy = policy_;
  event.bytes_to_viewer = traffic_.bytes_to_viewer.load(kRelaxed);
  event.bytes_to_host = traffic_.bytes_to_host.load(kRelaxed);
  event.messages_to_viewer = traffic_.messages_to_viewer.load(kRelaxed);
  event.messages_to_host = traffic_.messages_to_host.load(kRelaxed);
  event.last_input = LastInput();
}

void Record::OnLeftConsole(absl::AnyInvocable<void()> callback) {
  When(left_console_, std::move(callback));
}

bool Record::HasLeftConsole() const {
  const std::lock_guard lock(mutex_);
  return left_console_.reached;
}

void Record::OnGone(absl::AnyInvocable<void()> callback) {
  When(gone_, std::move(callback));
}

bool Record::Gone() const {
  const std::lock_guard lock(mutex_);
  return gone_.reached;
}

void Record::When(Milestone& milestone, absl::AnyInvocable<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (!milestone.reached) {
      milestone.callbacks.push_back(std::move(callback));
      return;
    }
  }
  callback();
}

void Record::Reach(Milestone& milestone) {
  std::vector<absl::AnyInvocable<void()>> callbacks;
  {
    const std::lock_guard lock(mutex_);
    milestone.reached = true;
    callbacks = std::exchange(milestone.callbacks, {});
  }
  for (absl::AnyInvocable<void()>& callback : callbacks) {
    callback();
  }
  if (&milestone == &gone_) {
    for (PolicyOrder& order : TakePolicyOrders()) {
      order.done(Over(description_));  // the session never got to it
    }
  }
}

}  // namespace porthole::session

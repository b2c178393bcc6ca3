#include "control/watch.h"

#include "base/status.h"
#include "control/watch_feed.h"

#include <utility>
#include <vector>

namespace porthole::control {
namespace {

constexpr std::size_t kChunk = 64;
constexpr std::string_view kMethod = "SessionService/WatchSessions";

absl::Status Behind() {
  return Error(absl::StatusCode::kResourceExhausted,
               "the changes were read too slowly; watch again from the beginning");
}

}  // namespace

Watch::Watch(const Books& books, grpc::CallbackServerContext& context, Start start)
    : books_(books),
      context_(context),
      filter_(std::move(start.filter)),
      started_(books.calls.clock.Steady()),
      listing_(!start.after.has_value()),
      revision_(start.after.value_or(books.sessions.Events().Last())) {
  books_.calls.metrics.watchers.Increment();
}

void Watch::Begin() {
  StartSendInitialMetadata();  // a watch that was resumed may have nothing to say for long
  const absl::Status added = books_.feed.Add(*this);
  const std::lock_guard lock(mutex_);
  if (!added.ok()) {
    FinishNow(added);
  } else if (!writing_ && !finished_) {  // the feed may have been first
    GoOn();
  }
}

void Watch::Poke(Time now) {
  const std::lock_guard lock(mutex_);
  if (finished_) {
    return;
  }
  if (writing_) {
    CheckBehind(now);
    return;
  }
  GoOn();
  if (!writing_ && !finished_ && now - last_sent_ >= books_.limits.heartbeat) {
    Send(books_.bytes.Bare(v1::SESSION_EVENT_TYPE_HEARTBEAT, revision_));
  }
}

// A client that does not read leaves its write in flight for ever, and gRPC 1.51 does not complete
// a Finish behind it: the stream is cancelled in the end.
void Watch::CheckBehind(Time now) {
  if (!cancel_at_.has_value()) {
    const bool behind = !ending_.has_value() && !books_.sessions.Events().HoldsAfter(revision_);
    if (behind) {
      ending_ = Behind();
      drop_queue_ = true;
      queue_.clear();
    }
    if (drop_queue_) {
      cancel_at_ = now + books_.limits.grace;
    }
  } else if (now >= *cancel_at_) {
    context_.TryCancel();
  }
}

void Watch::End(const absl::Status& status) {
  const std::lock_guard lock(mutex_);
  if (finished_ || ending_.has_value()) {
    return;
  }
  ending_ = status;
  if (!writing_) {
    GoOn();
  }
}

void Watch::OnWriteDone(bool ok) {
  const std::lock_guard lock(mutex_);
  writing_ = false;
  last_sent_ = std::chrono::steady_clock::now();
  if (finished_) {
    return;
  }
  if (!ok) {
    FinishNow(ending_.value_or(absl::CancelledError("the caller is gone")));
    return;
  }
  GoOn();
}

// With a write in flight, OnWriteDone() follows and finishes.
void Watch::OnCancel() {
  const std::lock_guard lock(mutex_);
  queue_.clear();
  if (!ending_.has_value()) {
    ending_ = absl::CancelledError("cancelled");
  }
  drop_queue_ = true;
  if (!writing_ && !finished_) {
    FinishNow(*ending_);
  }
}

void Watch::OnDone() {
  books_.feed.Remove(*this);
  books_.calls.metrics.watchers.Decrement();
  books_.calls.metrics.Finished(kMethod, static_cast<int>(code_),
                                books_.calls.clock.Steady() - started_);
  delete this;
}

void Watch::GoOn() {
  if (finished_ || (drop_queue_ && ending_.has_value())) {
    if (!finished_) {
      FinishNow(*ending_);
    }
    return;
  }
  if (queue_.empty() && !Refill()) {
    FinishNow(Behind());
    return;
  }
  if (!queue_.empty()) {
    const grpc::ByteBuffer next = queue_.front();  // shares the bytes: it cannot be moved
    queue_.pop_front();
    Send(next);
  } else if (ending_.has_value()) {
    FinishNow(*ending_);
  }
}

// Looks for messages until there is one or nothing more to look at; false: what comes next is no
// longer held.
bool Watch::Refill() {
  while (queue_.empty() && listing_) {
    RefillLive();
  }
  return !queue_.empty() || RefillEvents();
}

void Watch::RefillLive() {
  const auto chunk = books_.sessions.List(listed_, kChunk);
  for (const std::shared_ptr<session::Record>& record : chunk) {
    const session::Snapshot snapshot = record->Snap();
    listed_ = snapshot.description.sequence;
    if (snapshot.revision > revision_) {
      newer_.emplace(listed_, snapshot.revision);
    }
    // One that has left meanwhile is not live; its end is among the events that are passed over.
    if (snapshot.state != session::State::kEnded && filter_.Matches(snapshot)) {
      queue_.push_back(books_.bytes.Live(snapshot, revision_));
    }
  }
  if (chunk.empty()) {
    listing_ = false;
    queue_.push_back(books_.bytes.Bare(v1::SESSION_EVENT_TYPE_SYNCED, revision_));
  }
}

bool Watch::RefillEvents() {
  while (queue_.empty()) {
    const std::optional<std::vector<session::EventPtr>> events =
        books_.sessions.Events().After(revision_, kChunk);
    if (!events.has_value()) {
      return false;
    }
    if (events->empty()) {
      return true;
    }
    for (const session::EventPtr& event : *events) {
      revision_ = event->revision;
      if (!IsOld(*event) && filter_.Matches(*event)) {
        queue_.push_back(books_.bytes.Of(*event));
      }
    }
  }
  return true;
}

// Whether the list showed this session as it was after `event`, or later.
bool Watch::IsOld(const session::Event& event) {
  const auto found = newer_.find(event.record->About().sequence);
  if (found == newer_.end()) {
    return false;
  }
  if (event.revision < found->second) {
    return true;
  }
  const bool old = event.revision == found->second;
  newer_.erase(found);
  return old;
}

void Watch::Send(const grpc::ByteBuffer& message) {
  message_ = message;
  writing_ = true;
  grpc::WriteOptions options;
  if (!queue_.empty()) {
    options.set_buffer_hint();
  }
  StartWrite(&message_, options);
}

void Watch::FinishNow(const absl::Status& status) {
  finished_ = true;
  queue_.clear();
  code_ = status.code();
  Finish(ToGrpc(status));
}

}  // namespace porthole::control

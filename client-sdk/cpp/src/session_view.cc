#include "session_view.h"

#include "status.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <utility>

namespace porthole::client::internal {

using google::protobuf::util::MessageDifferencer;

SessionView::SessionView(v1::SessionFilter filter)
    : filter_(std::move(filter)), states_(filter_.states().begin(), filter_.states().end()) {
  filter_.clear_states();
}

v1::WatchSessionsRequest SessionView::Begin() {
  v1::WatchSessionsRequest request;
  *request.mutable_filter() = filter_;
  request.set_boot_id(boot_id_);
  request.set_revision(revision_);
  resuming_ = !boot_id_.empty();
  synced_ = false;
  live_.clear();
  return request;
}

void SessionView::StartAgain() {
  boot_id_.clear();
  revision_ = 0;
  synced_ = false;
}

absl::Status SessionView::Take(const v1::WatchSessionsResponse& message,
                               std::vector<SessionChange>& changes) {
  if (!boot_id_.empty() && message.boot_id() != boot_id_) {
    return Error(absl::StatusCode::kOutOfRange, "the node has restarted");
  }
  switch (message.type()) {
    case v1::SESSION_EVENT_TYPE_LIVE:
      live_.insert_or_assign(message.session().session_id(), message.session());
      return absl::OkStatus();
    case v1::SESSION_EVENT_TYPE_SYNCED:
      if (!resuming_) {
        ReplaceByLive(changes);
      }
      break;
    case v1::SESSION_EVENT_TYPE_OPENED:
    case v1::SESSION_EVENT_TYPE_CHANGED:
      Put(message.session(), changes);
      break;
    case v1::SESSION_EVENT_TYPE_ENDED:
      Remove(message.session(), changes);
      break;
    default:
      // A heartbeat, or what a newer node says.
      break;
  }
  // Only from here on can it be resumed: before, not all that lives was said.
  boot_id_ = message.boot_id();
  revision_ = std::max(revision_, message.revision());
  synced_ = true;
  return absl::OkStatus();
}

std::vector<v1::Session> SessionView::Sessions() const {
  std::vector<v1::Session> sessions;
  sessions.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) {
    sessions.push_back(session);
  }
  return sessions;
}

bool SessionView::Matches(const v1::Session& session) const {
  return states_.empty() || std::ranges::find(states_, session.state()) != states_.end();
}

void SessionView::Put(const v1::Session& session, std::vector<SessionChange>& changes) {
  if (!Matches(session)) {
    Remove(session, changes);
    return;
  }
  const auto [place, added] = sessions_.try_emplace(session.session_id(), session);
  if (added) {
    changes.push_back({SessionChange::Kind::kOpened, session});
  } else if (!MessageDifferencer::Equals(place->second, session)) {
    place->second = session;
    changes.push_back({SessionChange::Kind::kChanged, session});
  }
}

void SessionView::Remove(v1::Session last, std::vector<SessionChange>& changes) {
  if (sessions_.erase(last.session_id()) > 0) {
    changes.push_back({SessionChange::Kind::kEnded, std::move(last)});
  }
}

void SessionView::ReplaceByLive(std::vector<SessionChange>& changes) {
  for (v1::Session& gone : Sessions()) {
    if (!live_.contains(gone.session_id())) {
      gone.set_state(v1::SESSION_STATE_ENDED);
      Remove(std::move(gone), changes);
    }
  }
  for (const auto& [id, session] : std::exchange(live_, {})) {
    Put(session, changes);
  }
}

}  // namespace porthole::client::internal

#include "control/session_filter.h"

#include "base/status.h"
#include "control/convert.h"
#include "control/field.h"

#include <algorithm>
#include <ranges>

namespace porthole::control {
namespace {

bool Same(const std::string& wanted, const std::string& value) {
  return wanted.empty() || wanted == value;
}

}  // namespace

absl::StatusOr<SessionFilter> SessionFilter::Read(const v1::SessionFilter& filter) {
  SessionFilter read;
  read.console_id_ = filter.console_id();
  read.subject_ = filter.subject();
  read.key_id_ = filter.key_id();
  read.token_id_ = filter.token_id();
  if (!filter.client_address().empty()) {
    const absl::StatusOr<IpPrefix> prefix = IpPrefix::Parse(filter.client_address());
    if (!prefix.ok()) {
      return BadField("filter.client_address", Message(prefix.status()));
    }
    read.addresses_ = *prefix;
  }
  for (const int state : filter.states()) {
    if (state == v1::SESSION_STATE_UNSPECIFIED || !v1::SessionState_IsValid(state)) {
      return BadField("filter.states", std::to_string(state) + " is no state of a session");
    }
    read.states_.insert(state);
  }
  return read;
}

bool SessionFilter::Matches(const session::Snapshot& snapshot) const {
  return MatchesNames(snapshot.description.names) && MatchesState(snapshot.state);
}

bool SessionFilter::Matches(const session::Event& event) const {
  if (!MatchesNames(event.record->Names())) {
    return false;
  }
  if (event.kind != session::EventKind::kEnded) {
    return MatchesState(event.before) || MatchesState(event.state);
  }
  constexpr int kStates = static_cast<int>(session::State::kEnded) + 1;
  return std::ranges::any_of(std::views::iota(0, kStates), [&](int i) {
    const auto state = static_cast<session::State>(i);
    return (event.passed & session::BitOf(state)) != 0 && MatchesState(state);
  });
}

bool SessionFilter::MatchesState(session::State state) const {
  return states_.empty() || states_.contains(ToProto(state));
}

bool SessionFilter::MatchesNames(const SessionNames& names) const {
  return Same(console_id_, names.console_id) && Same(subject_, names.subject) &&
         Same(key_id_, names.key_id) && Same(token_id_, names.token_id) &&
         (!addresses_.has_value() || addresses_->Contains(names.client_address));
}

}  // namespace porthole::control

#include "control/session_filter.h"

#include "base/status.h"
#include "control/convert.h"
#include "control/field.h"

#include <algorithm>

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

bool SessionFilter::Matches(const session::Record& record) const {
  return MatchesNames(record.Names()) &&
         (states_.empty() || states_.contains(ToProto(record.CurrentState())));
}

bool SessionFilter::MatchesNames(const SessionNames& names) const {
  return Same(console_id_, names.console_id) && Same(subject_, names.subject) &&
         Same(key_id_, names.key_id) && Same(token_id_, names.token_id) &&
         (!addresses_.has_value() || addresses_->Contains(names.client_address));
}

}  // namespace porthole::control

#pragma once

#include "base/ip_address.h"
#include "porthole/control/v1/session.pb.h"
#include "session/events.h"
#include "session/record.h"

#include <absl/status/statusor.h>

#include <optional>
#include <set>
#include <string>

namespace porthole::control {

// A SessionFilter, read once and asked often. Immutable.
class SessionFilter {
 public:
  // Errors: INVALID_ARGUMENT naming the field.
  static absl::StatusOr<SessionFilter> Read(const v1::SessionFilter& filter);

  bool Matches(const session::Snapshot& snapshot) const;

  // Whether someone who watches with this filter hears of `event`: when the session matches before
  // or after it, and of the end of each session that ever matched.
  bool Matches(const session::Event& event) const;

 private:
  bool MatchesState(session::State state) const;
  bool MatchesNames(const SessionNames& names) const;

  // Empty: any.
  std::string console_id_;
  std::string subject_;
  std::string key_id_;
  std::string token_id_;
  std::optional<IpPrefix> addresses_;
  std::set<int> states_;
};

}  // namespace porthole::control

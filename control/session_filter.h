#pragma once

#include "base/ip_address.h"
#include "porthole/control/v1/session.pb.h"
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

  bool Matches(const session::Record& record) const;

 private:
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

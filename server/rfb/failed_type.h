#pragma once

#include <absl/status/status.h>

#include <string>
#include <string_view>

namespace porthole::rfb {

// What FailedTypeOf() says of a handshake that broke off before a type was chosen.
inline constexpr std::string_view kNoneChosen = "none_chosen";

// `failure`, marked with the security type at which it happened; a mark that is there stays, as it
// is the more exact one.
absl::Status AtType(absl::Status failure, std::string_view type);

// The security type at which GreetHost() failed, by its name; "VeNCrypt" or "Tight" before the way
// inside was agreed on; else kNoneChosen.
std::string FailedTypeOf(const absl::Status& failure);

}  // namespace porthole::rfb

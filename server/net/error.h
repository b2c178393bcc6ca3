#pragma once

#include <absl/status/status.h>
#include <boost/system/error_code.hpp>

#include <string_view>

namespace porthole::net {

// The one place where an error_code becomes a Status (codes: see ByteStream); `doing` is what was
// being done, for the message.
absl::Status ToStatus(const boost::system::error_code& error, std::string_view doing);

}  // namespace porthole::net

#pragma once

#include "base/secret.h"

#include <string>

namespace porthole::rfb {

// What the grant holds to identify the viewer's person at the host; either may be empty.
struct HostCredentials {
  std::string username;
  Secret password;
};

}  // namespace porthole::rfb

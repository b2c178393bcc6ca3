#include "rfb/security/none.h"

namespace porthole::rfb {

net::Awaitable<absl::Status> AuthenticateNone(SecurityExchange /*exchange*/) {
  co_return absl::OkStatus();
}

}  // namespace porthole::rfb

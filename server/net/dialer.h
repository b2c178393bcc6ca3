#pragma once

#include "base/target.h"
#include "net/address_policy.h"
#include "net/byte_stream.h"
#include "net/timeouts.h"
#include "net/worker.h"

#include <memory>

namespace porthole::net {

// Opens connections to hosts. Resolves a name once, checks every address that comes back against
// the AddressPolicy, and dials exactly those. One per worker, used only there.
class Dialer {
 public:
  // All must outlive the dialer.
  Dialer(Worker& worker, const AddressPolicy& policy, const Timeouts& timeouts);

  // Errors: PERMISSION_DENIED by policy; UNAVAILABLE refused, unreachable, no such name;
  // DEADLINE_EXCEEDED after timeouts.dial in all; RESOURCE_EXHAUSTED no descriptors. Each names the
  // target.
  Awaitable<absl::StatusOr<std::unique_ptr<ByteStream>>> Dial(Target target);

 private:
  Worker& worker_;
  const AddressPolicy& policy_;
  const Timeouts& timeouts_;
};

}  // namespace porthole::net

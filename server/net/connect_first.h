#pragma once

#include "base/clock.h"
#include "base/ip_address.h"
#include "net/byte_stream.h"
#include "net/transport.h"
#include "net/worker.h"

#include <absl/status/statusor.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace porthole::net {

// One address to try, and where from; nothing leaves the choice to the system. Internal to net/.
struct Candidate {
  Socket::endpoint_type endpoint;
  std::string name;  // for errors
  std::optional<Socket::endpoint_type> source;
};

// How long an attempt has before the next begins beside it (RFC 8305, section 5).
constexpr std::chrono::milliseconds kAttemptDelay{250};

// `addresses` so that the families take turns, the first address' family first (RFC 8305, section
// 4); within a family the order stays.
std::vector<IpAddress> Interleave(const std::vector<IpAddress>& addresses);

// Connects to the first candidate that answers: in their order, each a `delay` after the one before
// or when all before it failed (RFC 8305, section 5). The others are closed.
// Errors: UNAVAILABLE all failed, with the last one's reason, also where a source address cannot be
// bound; DEADLINE_EXCEEDED none answered until `until`; RESOURCE_EXHAUSTED no descriptors.
Awaitable<absl::StatusOr<Socket>> ConnectFirst(Worker& worker,
                                               std::vector<Candidate> candidates,
                                               SteadyTime until,
                                               std::chrono::milliseconds delay = kAttemptDelay);

}  // namespace porthole::net

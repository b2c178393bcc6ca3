#pragma once

#include "session/record.h"

#include <absl/functional/any_invocable.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace porthole::control {

// How long an answer waits for sessions that were told to end.
inline constexpr std::chrono::milliseconds kEndLimit{2000};

// What had become of sessions when the wait was over.
struct Outcome {
  std::size_t ended = 0;
  std::vector<std::string> ending;  // ids
};

// Calls `done` exactly once, on any thread, possibly here: when all of `records` are gone, or after
// `limit`.
void WhenGone(const std::vector<std::shared_ptr<session::Record>>& records,
              std::chrono::milliseconds limit,
              absl::AnyInvocable<void(Outcome)> done);

}  // namespace porthole::control

#pragma once

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace porthole::control {

// How many items a page has. Errors: INVALID_ARGUMENT for a negative `asked`.
absl::StatusOr<std::size_t> PageSize(std::int32_t asked);

// Page tokens: where a list goes on. `list` names the list, so that a token of another one is told
// apart, and `boot_id` the process. Opaque to callers.
class PageTokens {
 public:
  PageTokens(const std::string& list, const std::string& boot_id)
      : prefix_(list + " " + boot_id + " ") {}

  std::string After(std::string_view position) const;

  // The position that After() was given; empty for an empty token: the beginning.
  // Errors: INVALID_ARGUMENT for what is not a token of this list and this process.
  absl::StatusOr<std::string> Position(std::string_view token) const;

 private:
  std::string prefix_;
};

}  // namespace porthole::control

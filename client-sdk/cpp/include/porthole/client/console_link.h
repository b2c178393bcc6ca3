#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace porthole::client {

// The links that people open. A value.
class ConsoleLink {
 public:
  // `base_url` is where browsers reach the node or its load balancer: "https://HOST" or
  // "https://HOST:PORT", http only for tests. Errors: INVALID_ARGUMENT when it is something else.
  static absl::StatusOr<ConsoleLink> To(std::string_view base_url);

  // "https://HOST:PORT/console?token=…". The link is a secret until it was used.
  std::string With(std::string_view token) const;

 private:
  explicit ConsoleLink(std::string origin) : origin_(std::move(origin)) {}

  std::string origin_;
};

}  // namespace porthole::client

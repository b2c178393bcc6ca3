#pragma once

#include "base/secret.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace porthole::token {

// What CloudStack keeps in its configuration table, taken apart. Views into a key's material.
struct CloudStackMaterial {
  std::string_view key;       // security.encryption.key, 16 bytes
  std::string_view iv;        // security.encryption.iv, 16 bytes
  std::string_view hash_key;  // security.hash.key: the text itself is the HMAC's key
};

// The material of a token key from what CloudStack keeps. `key` and `iv` are 16 bytes each, or the
// text that CloudStack stores of them: base64 of either alphabet, padded or not. `hash_key` is
// always that text, 1 to 128 visible ASCII characters.
// Errors: INVALID_ARGUMENT naming the field; never its value.
absl::StatusOr<Secret> JoinCloudStackMaterial(std::string_view key,
                                              std::string_view iv,
                                              std::string_view hash_key);

// Takes apart what JoinCloudStackMaterial() made; CheckCloudStackMaterial() must hold.
CloudStackMaterial SplitCloudStackMaterial(const Secret& material);

// Errors: INVALID_ARGUMENT.
absl::Status CheckCloudStackMaterial(const Secret& material);

// Whether these are origins that a key may add: at most 16, each "scheme://host[:port]" of visible
// ASCII, at most 256 bytes. Errors: INVALID_ARGUMENT.
absl::Status CheckExtraOrigins(const std::vector<std::string>& origins);

}  // namespace porthole::token

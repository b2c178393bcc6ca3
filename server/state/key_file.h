#pragma once

#include "base/secret.h"

#include <absl/status/statusor.h>

#include <optional>
#include <string>

namespace porthole::state {

// The file of the key-encryption key: 64 hexadecimal digits and perhaps a line's end, such as
// `openssl rand -hex 32` prints. Nobody but its owner may read it, or, as Kubernetes mounts
// Secrets, its group (0440).

// The key in the file at `path`; nothing when there is no such file. Errors: FAILED_PRECONDITION
// others may read it, or it holds something else; UNAVAILABLE it cannot be read.
absl::StatusOr<std::optional<Secret>> ReadKeyFile(const std::string& path);

// Makes a random key and its file (0600), with the directories above it (0700); both are on the
// disk when it returns. Errors: UNAVAILABLE with the path and why; ALREADY_EXISTS.
absl::StatusOr<Secret> MakeKeyFile(const std::string& path);

}  // namespace porthole::state

#pragma once

#include "porthole/client/key_material.h"
#include "porthole/client/token_claims.h"

#include <absl/status/statusor.h>

#include <chrono>
#include <string>

namespace porthole::client {

// Makes the tokens of console links: compact JWE (RFC 7516) with `dir` and A256GCM, single use and
// short-lived. Needs no connection: whoever holds the key mints. Thread-safe.
class TokenMinter {
 public:
  // `key_id` is the name under which PutTokenKey stored `material`.
  TokenMinter(std::string key_id, const KeyMaterial& material);

  // A token that is valid from now on. Errors: INVALID_ARGUMENT, naming the claim that is missing
  // or malformed; never with the password.
  absl::StatusOr<std::string> Mint(const TokenClaims& claims) const;

  // The same at another time.
  absl::StatusOr<std::string> MintAt(const TokenClaims& claims,
                                     std::chrono::system_clock::time_point now) const;

 private:
  std::string key_id_;
  KeyMaterial material_;
};

}  // namespace porthole::client

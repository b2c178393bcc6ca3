#pragma once

#include "base/secret.h"
#include "token/token_key.h"

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::token {

inline constexpr std::size_t kMaxTokenBytes = std::size_t{12} * 1024;
inline constexpr std::size_t kMaxPayloadBytes = std::size_t{8} * 1024;

// A compact JWE (RFC 7516, section 7.1) taken apart, its form checked, nothing proven.
struct Jwe {
  std::string key_id;            // `kid`
  std::string protected_header;  // as it came, in base64url: the associated data
  std::vector<std::uint8_t> iv;  // 96 bits
  std::vector<std::uint8_t> ciphertext;
  std::vector<std::uint8_t> tag;  // 128 bits
};

// Takes `token` apart: at most kMaxTokenBytes; five parts in canonical base64url; a protected
// header of `alg` "dir", `enc` "A256GCM", `kid` and optionally `typ` and `cty`, each once, and
// nothing else; no encrypted key; a payload of at most kMaxPayloadBytes. Errors: INVALID_ARGUMENT
// naming what is wrong; never holds a part of the token.
absl::StatusOr<Jwe> ParseJwe(std::string_view token);

// The payload of `jwe`, once `key` proved it authentic (AES-256-GCM, RFC 7518, section 5.3).
// Errors: UNAUTHENTICATED it is not what was sealed with this key.
absl::StatusOr<Secret> DecryptJwe(const Jwe& jwe, const TokenKey& key);

}  // namespace porthole::token

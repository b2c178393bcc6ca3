#pragma once

#include "base/clock.h"
#include "base/secret.h"

#include <absl/status/status.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::token {

inline constexpr std::size_t kTokenKeyBytes = 32;  // AES-256 (RFC 7518, section 5.3)
inline constexpr std::size_t kMaxKeyIdBytes = 64;
inline constexpr std::size_t kMaxTokenKeys = 1024;  // that one node holds
// Of them; a token of CloudStack's names no key, so all are tried.
inline constexpr std::size_t kMaxCloudStackKeys = 8;
inline constexpr std::string_view kNoMoreCloudStackKeys =
    "this node holds 8 keys of the profile CLOUDSTACK already";

// Which kind of token a key opens.
enum class KeyProfile : std::uint8_t { kJwe, kCloudStack };

// The name in the control API and in logs, e.g. "jwe".
std::string_view Name(KeyProfile profile);

// What a key of CloudStack's says beside its material (design, section 4.2).
struct CloudStackRules {
  bool check_source_address = false;            // hold the browser to the token's sourceIP
  bool allow_legacy_cbc = false;                // open the tokens of CloudStack before 4.18.1, too
  std::vector<std::string> extra_origins = {};  // pages' own; NOLINT(*-redundant-member-init)

  friend bool operator==(const CloudStackRules&, const CloudStackRules&) = default;
};

// What opens tokens; pushed by the management server.
struct TokenKey {
  std::string id;  // the `kid` of the tokens that it opens
  KeyProfile profile = KeyProfile::kJwe;
  Secret material;  // kTokenKeyBytes bytes, not text; of kCloudStack: JoinCloudStackMaterial()
  WallTime created;
  std::optional<WallTime> not_after;  // from then on it opens nothing; absent: until it is deleted
  CloudStackRules cloudstack = {};    // of kCloudStack only
};

// Whether `id` may name a token key: 1 to kMaxKeyIdBytes of A-Z a-z 0-9 . _ -
bool IsKeyId(std::string_view id);

// Whether `key` may be used. Errors: INVALID_ARGUMENT naming the field; never its value.
absl::Status CheckTokenKey(const TokenKey& key);

// The first 16 bytes of SHA-256 over `key`'s material, in hexadecimal: tells keys apart, and
// nothing about a random one.
std::string Fingerprint(const TokenKey& key);

// Whether the two have the same profile, material and rules; the material in constant time.
bool SameMaterial(const TokenKey& one, const TokenKey& other);

}  // namespace porthole::token

#pragma once

#include "base/clock.h"
#include "state/state_store.h"

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace porthole::state {

// Ten minutes of about 1,500 sessions a second.
inline constexpr std::size_t kMaxUsedTokens = 1'000'000;

// The used tokens in memory: every store keeps one in front of what it writes down. A name is kept
// as 16 bytes of its SHA-256, so that an entry's size does not depend on what was sent. Not
// thread-safe.
class UsedTokens {
 public:
  using Digest = std::array<std::uint8_t, 16>;

  explicit UsedTokens(std::size_t capacity = kMaxUsedTokens) : capacity_(capacity) {}

  static Digest DigestOf(const TokenName& name);

  // Errors: RESOURCE_EXHAUSTED at its capacity, with nothing to forget at `now`.
  absl::StatusOr<Claimed> Claim(const TokenName& name, WallTime until, WallTime now) {
    return Claim(DigestOf(name), until, now);
  }
  absl::StatusOr<Claimed> Claim(const Digest& digest, WallTime until, WallTime now);
  // Takes back a kFirst that could not be written down.
  void Unclaim(const Digest& digest);
  // Takes over one that was written down, also beyond the capacity.
  void Restore(const Digest& digest, WallTime until);
  bool Contains(const TokenName& name, WallTime now) const { return Contains(DigestOf(name), now); }
  bool Contains(const Digest& digest, WallTime now) const;
  std::size_t Size() const { return until_.size(); }

 private:
  struct DigestHash {
    std::size_t operator()(const Digest& digest) const;
  };

  void Forget(WallTime now);

  std::size_t capacity_;
  absl::flat_hash_map<Digest, WallTime, DigestHash> until_;
  std::map<WallTime, std::vector<Digest>> by_until_;
};

}  // namespace porthole::state

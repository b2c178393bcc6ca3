#pragma once

#include "base/clock.h"
#include "base/selector.h"
#include "state/block.h"
#include "state/state_store.h"

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

namespace porthole::admission {

using state::Block;

// Whether `selector` is complete: a value of 1 to 256 bytes where its kind needs one.
// Errors: INVALID_ARGUMENT saying what is missing.
absl::Status CheckSelector(const Selector& selector);

// What RevokeSessions must refuse from `now` on (design, section 6).
struct Revocation {
  Selector selector;
  std::string reason;                             // for the person; may be empty
  std::string creator;                            // who asks
  std::optional<std::chrono::seconds> block_for;  // positive, at most 366 days
  // How long after its `iat`'s check a token can still be admitted: max_lifetime + 2 × skew.
  std::chrono::seconds token_life{660};
};

// The block of `revocation`, with a new id. With block_for: all that match, that long. Without: by
// token, that token as long as it could be valid; by anything else, tokens issued up to `now`.
Block MakeBlock(const Revocation& revocation, WallTime now);

// The blocks of this node: durable in the store, looked up by hash. Thread-safe.
class BlockList {
 public:
  // `store` outlives the list; the list outlives the store's completions in flight.
  explicit BlockList(state::StateStore& store) : store_(store) {}
  BlockList(const BlockList&) = delete;
  BlockList& operator=(const BlockList&) = delete;

  // Takes over what the store remembered; for the start of the process.
  void Restore(std::vector<Block> blocks, WallTime now);

  // Makes `block` durable, then visible to Find(), then runs `done`: a caller that walks the live
  // sessions afterwards leaves no gap. Errors: INVALID_ARGUMENT (CheckSelector); RESOURCE_EXHAUSTED
  // with state::kMaxBlocks that have not expired at `now`; the store's. Then nothing is blocked.
  void Add(Block block, WallTime now, state::StateStore::Done done);

  // Lifts the block `id`: first in the store, then here. Errors: NOT_FOUND; the store's, and then
  // it still blocks.
  void Lift(std::string id, state::StateStore::Done done);

  // A block in force at `now` that means `names`; of several, the one that lasts longest.
  std::optional<Block> Find(const SessionNames& names, WallTime now) const;

  // Those in force at `now`, by creation, then id.
  std::vector<Block> List(WallTime now) const;
  // How many there are, expired ones that were not swept yet among them.
  std::size_t Size() const;

 private:
  using Ids = std::vector<std::string>;

  void Show(Block block);
  void Hide(const std::string& id);
  std::vector<std::string> HideExpired(WallTime now);
  void SweepExpired(WallTime now);
  std::vector<std::string> KeysOf(const IpAddress& client) const;

  state::StateStore& store_;
  mutable std::shared_mutex mutex_;
  absl::flat_hash_map<std::string, Block> blocks_;
  std::array<absl::flat_hash_map<std::string, Ids>, kSelectorKindCount> by_value_;
  std::set<std::pair<WallTime, std::string>> by_until_;
  std::map<std::pair<bool, int>, std::size_t> prefixes_;  // how many of an IP version and length
};

}  // namespace porthole::admission

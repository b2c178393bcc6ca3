#pragma once

#include "base/clock.h"
#include "state/block.h"
#include "token/token_key.h"

#include <absl/functional/any_invocable.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::state {

// A token's name: a token id is unique only together with its key.
struct TokenName {
  std::string key_id;
  std::string token_id;

  friend bool operator==(const TokenName&, const TokenName&) = default;
};

enum class Claimed : std::uint8_t { kFirst, kAlreadyUsed };

// What a store still knew when it was opened.
struct Remembered {
  std::vector<token::TokenKey> keys;
  std::vector<Block> blocks;
};

// What must survive: token keys, blocks and used tokens. An edge of the process, so that it can be
// memory here and a database elsewhere. Thread-safe.
//
// Everything that must be durable is asynchronous: `done` runs exactly once, when it is, on an
// unspecified thread, possibly before the call returns, and never under a lock of the store. It
// must not block. Completions of changes to keys and blocks run one at a time, in the order of the
// changes, so that what follows them in memory is in step.
//
// Errors, for every operation: UNAVAILABLE when the store cannot write, DATA_LOSS when it is
// damaged, INTERNAL when it is broken otherwise; then nothing is changed. RESOURCE_EXHAUSTED when
// more waits for the store than it can take.
class StateStore {
 public:
  using Done = absl::AnyInvocable<void(absl::Status)>;
  using ClaimDone = absl::AnyInvocable<void(absl::StatusOr<Claimed>)>;

  StateStore() = default;
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;
  // Completions in flight have run when it returns.
  virtual ~StateStore() = default;

  // For GetNode and logs: "memory", "embedded".
  virtual std::string_view Kind() const = 0;
  // Since when it has known of every use of a token, which may be long before the process began: of
  // a database, since it was made. Nothing: it forgets everything with the process. Asked after
  // Load().
  virtual std::optional<WallTime> RemembersSince() const = 0;
  // Whether used tokens, keys and blocks outlive the process.
  bool RemembersAcrossRestarts() const { return RemembersSince().has_value(); }

  // Opens the store, and gives everything there is. For the start of the process: it may block.
  // Errors: with a sentence for the operator, naming the file.
  virtual absl::StatusOr<Remembered> Load() = 0;

  // Idempotent. Errors: ALREADY_EXISTS the id has other material; RESOURCE_EXHAUSTED with
  // token::kMaxTokenKeys, or token::kMaxCloudStackKeys of that profile, there.
  virtual void PutTokenKey(token::TokenKey key, Done done) = 0;
  // OK also when there is none.
  virtual void DeleteTokenKey(std::string id, Done done) = 0;

  // Replaces a block with the same id. Errors: RESOURCE_EXHAUSTED with kMaxBlocks there.
  virtual void PutBlock(Block block, Done done) = 0;
  // OK also when there is none.
  virtual void DeleteBlock(std::string id, Done done) = 0;

  // Remembers `name` as used until `until`; of all who ask meanwhile, one is kFirst. `now` says
  // which of the older ones may be forgotten; with `until` not after it, the answer is
  // kAlreadyUsed. Errors: RESOURCE_EXHAUSTED when there is no room to remember one more.
  virtual void Claim(TokenName name, WallTime until, WallTime now, ClaimDone done) = 0;

  // Whether `name` was claimed, as far as memory tells: cheap, for a page's sentence; only Claim()
  // decides.
  virtual bool Used(const TokenName& name, WallTime now) const = 0;
};

}  // namespace porthole::state

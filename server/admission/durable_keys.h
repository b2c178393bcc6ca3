#pragma once

#include "state/state_store.h"
#include "token/key_ring.h"
#include "token/token_key.h"

#include <absl/status/status.h>

#include <string>
#include <vector>

namespace porthole::admission {

// The token keys as the control API changes them: the key ring and the store in step. Thread-safe.
class DurableKeys {
 public:
  // Both outlive it, and it outlives the store's completions in flight.
  DurableKeys(token::KeyRing& ring, state::StateStore& store) : ring_(ring), store_(store) {}

  // Takes over what the store remembered; for the start of the process.
  // Errors: those of KeyRing::Put.
  absl::Status Restore(std::vector<token::TokenKey> keys);

  // Makes `key` durable, then lets it open tokens, then runs `done`. Idempotent.
  // Errors: INVALID_ARGUMENT, ALREADY_EXISTS, RESOURCE_EXHAUSTED as KeyRing::Put; the store's.
  void Put(token::TokenKey key, state::StateStore::Done done);

  // From the call on the key `id` opens nothing; `done` runs when that is durable.
  // Errors: NOT_FOUND; the store's, and then the key is gone until the next start only.
  void Delete(std::string id, state::StateStore::Done done);

 private:
  token::KeyRing& ring_;
  state::StateStore& store_;
};

}  // namespace porthole::admission

#include "admission/durable_keys.h"

#include "base/status.h"

#include <utility>

namespace porthole::admission {

absl::Status DurableKeys::Restore(std::vector<token::TokenKey> keys) {
  for (token::TokenKey& key : keys) {
    const absl::Status put = ring_.Put(std::move(key));
    if (!put.ok()) {
      return Annotate(put, "a stored token key");
    }
  }
  return absl::OkStatus();
}

void DurableKeys::Put(token::TokenKey key, state::StateStore::Done done) {
  const absl::Status valid = CheckTokenKey(key);
  if (!valid.ok()) {
    done(valid);
    return;
  }
  token::TokenKey copy = key;
  store_.PutTokenKey(std::move(copy), [this, key = std::move(key),
                                       done = std::move(done)](absl::Status stored) mutable {
    done(stored.ok() ? ring_.Put(std::move(key)) : std::move(stored));
  });
}

// The store is asked also for a key that the ring does not have: a delete that failed there once
// must be possible to repeat. A Put() that was on its way is undone when the store answers.
void DurableKeys::Delete(std::string id, state::StateStore::Done done) {
  const bool known = ring_.Remove(id);
  std::string copy = id;
  store_.DeleteTokenKey(std::move(copy), [this, known, id = std::move(id),
                                          done = std::move(done)](absl::Status deleted) mutable {
    const bool came_meanwhile = ring_.Remove(id);
    if (deleted.ok() && !known && !came_meanwhile) {
      deleted = Error(absl::StatusCode::kNotFound, "there is no token key \"" + id + "\"");
    }
    done(std::move(deleted));
  });
}

}  // namespace porthole::admission

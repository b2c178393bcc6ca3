#pragma once

#include "token/token_key.h"

#include <absl/status/status.h>

#include <cstddef>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::token {

// The token keys of this node, by id. Thread-safe; what Find() gave stays valid when its key is
// removed, so a caller that must not act for a removed key looks again.
class KeyRing {
 public:
  // Adds `key`. Idempotent: the same id with the same profile and material changes nothing.
  // Errors: INVALID_ARGUMENT (CheckTokenKey), ALREADY_EXISTS the id has other material,
  // RESOURCE_EXHAUSTED with kMaxTokenKeys, or kMaxCloudStackKeys of that profile, there.
  absl::Status Put(TokenKey key);

  // Whether there was a key `id`; there is none afterwards.
  bool Remove(std::string_view id);

  // The key `id`, or null.
  std::shared_ptr<const TokenKey> Find(std::string_view id) const;

  // Those of the profile kCloudStack, by id; never null.
  using Keys = std::vector<std::shared_ptr<const TokenKey>>;
  std::shared_ptr<const Keys> CloudStackKeys() const;

  // All keys, by id.
  std::vector<std::shared_ptr<const TokenKey>> List() const;
  std::size_t Size() const;

 private:
  void SortOut();

  mutable std::shared_mutex mutex_;  // guards both
  std::map<std::string, std::shared_ptr<const TokenKey>, std::less<>> keys_;
  std::shared_ptr<const Keys> cloudstack_ = std::make_shared<const Keys>();
};

}  // namespace porthole::token

#include "token/key_ring.h"

#include "base/status.h"

#include <mutex>
#include <utility>

namespace porthole::token {

absl::Status KeyRing::Put(TokenKey key) {
  absl::Status valid = CheckTokenKey(key);
  if (!valid.ok()) {
    return valid;
  }
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(key.id);
  if (found != keys_.end()) {
    return SameMaterial(*found->second, key)
               ? absl::OkStatus()
               : Error(absl::StatusCode::kAlreadyExists,
                       "token key \"" + key.id + "\" exists with other material or rules");
  }
  if (keys_.size() >= kMaxTokenKeys) {
    return Error(absl::StatusCode::kResourceExhausted, "this node holds 1024 token keys already");
  }
  const bool of_cloudstack = key.profile == KeyProfile::kCloudStack;
  if (of_cloudstack && cloudstack_->size() >= kMaxCloudStackKeys) {
    return Error(absl::StatusCode::kResourceExhausted, kNoMoreCloudStackKeys);
  }
  std::string id = key.id;
  keys_.emplace(std::move(id), std::make_shared<const TokenKey>(std::move(key)));
  SortOut();
  return absl::OkStatus();
}

bool KeyRing::Remove(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(id);
  if (found == keys_.end()) {
    return false;
  }
  keys_.erase(found);
  SortOut();
  return true;
}

// Every token that is no JWE asks for these.
void KeyRing::SortOut() {
  Keys keys;
  for (const auto& [id, key] : keys_) {
    if (key->profile == KeyProfile::kCloudStack) {
      keys.push_back(key);
    }
  }
  cloudstack_ = std::make_shared<const Keys>(std::move(keys));
}

std::shared_ptr<const KeyRing::Keys> KeyRing::CloudStackKeys() const {
  const std::shared_lock lock(mutex_);
  return cloudstack_;
}

std::shared_ptr<const TokenKey> KeyRing::Find(std::string_view id) const {
  const std::shared_lock lock(mutex_);
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const TokenKey>> KeyRing::List() const {
  const std::shared_lock lock(mutex_);
  std::vector<std::shared_ptr<const TokenKey>> keys;
  keys.reserve(keys_.size());
  for (const auto& [id, key] : keys_) {
    keys.push_back(key);
  }
  return keys;
}

std::size_t KeyRing::Size() const {
  const std::shared_lock lock(mutex_);
  return keys_.size();
}

}  // namespace porthole::token

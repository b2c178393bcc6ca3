#include "state/memory_store.h"

#include "base/status.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace porthole::state {

absl::StatusOr<Remembered> MemoryStore::Load() {
  const std::lock_guard lock(mutex_);
  Remembered remembered;
  for (const auto& [id, key] : keys_) {
    remembered.keys.push_back(key);
  }
  for (const auto& [id, block] : blocks_) {
    remembered.blocks.push_back(block);
  }
  return remembered;
}

void MemoryStore::PutTokenKey(token::TokenKey key, Done done) {
  {
    const std::lock_guard lock(mutex_);
    Complete(std::move(done), Keep(std::move(key)));
  }
  completions_.Run();
}

void MemoryStore::DeleteTokenKey(std::string id, Done done) {
  {
    const std::lock_guard lock(mutex_);
    keys_.erase(id);
    Complete(std::move(done), absl::OkStatus());
  }
  completions_.Run();
}

void MemoryStore::PutBlock(Block block, Done done) {
  {
    const std::lock_guard lock(mutex_);
    Complete(std::move(done), Keep(std::move(block)));
  }
  completions_.Run();
}

void MemoryStore::DeleteBlock(std::string id, Done done) {
  {
    const std::lock_guard lock(mutex_);
    blocks_.erase(id);
    Complete(std::move(done), absl::OkStatus());
  }
  completions_.Run();
}

void MemoryStore::Claim(TokenName name, WallTime until, WallTime now, ClaimDone done) {
  absl::StatusOr<Claimed> claimed = Claimed::kAlreadyUsed;
  {
    const std::lock_guard lock(mutex_);
    claimed = used_.Claim(name, until, now);
  }
  done(std::move(claimed));
}

bool MemoryStore::Used(const TokenName& name, WallTime now) const {
  const std::lock_guard lock(mutex_);
  return used_.Contains(name, now);
}

absl::Status MemoryStore::Keep(token::TokenKey key) {
  const auto found = keys_.find(key.id);
  if (found != keys_.end()) {
    return SameMaterial(found->second, key)
               ? absl::OkStatus()
               : Error(absl::StatusCode::kAlreadyExists,
                       "token key \"" + key.id + "\" exists with other material or rules");
  }
  if (keys_.size() >= token::kMaxTokenKeys) {
    return Error(absl::StatusCode::kResourceExhausted, "the store holds 1024 token keys already");
  }
  const auto of_cloudstack = [](const auto& entry) {
    return entry.second.profile == token::KeyProfile::kCloudStack;
  };
  if (key.profile == token::KeyProfile::kCloudStack &&
      std::ranges::count_if(keys_, of_cloudstack) >=
          static_cast<std::ptrdiff_t>(token::kMaxCloudStackKeys)) {
    return Error(absl::StatusCode::kResourceExhausted, token::kNoMoreCloudStackKeys);
  }
  std::string id = key.id;
  keys_.emplace(std::move(id), std::move(key));
  return absl::OkStatus();
}

absl::Status MemoryStore::Keep(Block block) {
  if (blocks_.size() >= kMaxBlocks && !blocks_.contains(block.id)) {
    return Error(absl::StatusCode::kResourceExhausted, "the store holds 100000 blocks already");
  }
  std::string id = block.id;
  blocks_.insert_or_assign(std::move(id), std::move(block));
  return absl::OkStatus();
}

void MemoryStore::Complete(Done done, absl::Status status) {
  completions_.Add(
      [done = std::move(done), status = std::move(status)]() mutable { done(std::move(status)); });
}

}  // namespace porthole::state

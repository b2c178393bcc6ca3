#include "admission/blocks.h"

#include "base/id.h"
#include "base/status.h"

#include <algorithm>
#include <mutex>
#include <tuple>

namespace porthole::admission {
namespace {

constexpr std::size_t kMaxValueBytes = 256;
constexpr std::chrono::seconds kLongestBlock = std::chrono::days(366);

bool Applies(const Block& block, const SessionNames& names, WallTime now) {
  return now < block.until &&
         (!block.issued_until.has_value() || names.token_issued_at <= *block.issued_until);
}

// What a block is found by, among those of its kind.
std::string KeyOf(const Selector& selector) {
  switch (selector.kind) {
    case SelectorKind::kClientAddress:
      return selector.addresses.ToString();
    case SelectorKind::kAll:
      return {};
    default:
      return selector.value;
  }
}

std::size_t Index(SelectorKind kind) {
  return static_cast<std::size_t>(kind);
}

std::pair<bool, int> VersionAndLength(const IpPrefix& prefix) {
  return {prefix.Address().IsV4(), prefix.Length()};
}

}  // namespace

absl::Status CheckSelector(const Selector& selector) {
  if (selector.kind == SelectorKind::kClientAddress || selector.kind == SelectorKind::kAll) {
    return absl::OkStatus();
  }
  if (selector.value.empty() || selector.value.size() > kMaxValueBytes) {
    return Error(absl::StatusCode::kInvalidArgument, "the selector \"" +
                                                         std::string(Name(selector.kind)) +
                                                         "\" needs a value of 1 to 256 bytes");
  }
  return absl::OkStatus();
}

Block MakeBlock(const Revocation& revocation, WallTime now) {
  Block block;
  block.id = NewUuid();
  block.selector = revocation.selector;
  block.reason = revocation.reason;
  block.creator = revocation.creator;
  block.created = now;
  block.until = now + std::min(revocation.block_for.value_or(revocation.token_life), kLongestBlock);
  if (!revocation.block_for.has_value() && revocation.selector.kind != SelectorKind::kToken) {
    block.issued_until = now;
  }
  return block;
}

void BlockList::Restore(std::vector<Block> blocks, WallTime now) {
  {
    const std::lock_guard lock(mutex_);
    for (Block& block : blocks) {
      Show(std::move(block));
    }
  }
  SweepExpired(now);
}

void BlockList::Add(Block block, WallTime now, state::StateStore::Done done) {
  const absl::Status complete = CheckSelector(block.selector);
  if (!complete.ok()) {
    done(complete);
    return;
  }
  SweepExpired(now);
  Block copy = block;
  store_.PutBlock(std::move(copy), [this, block = std::move(block),
                                    done = std::move(done)](absl::Status stored) mutable {
    if (stored.ok()) {
      const std::lock_guard lock(mutex_);
      Show(std::move(block));
    }
    done(std::move(stored));
  });
}

void BlockList::Lift(std::string id, state::StateStore::Done done) {
  bool found = false;
  {
    const std::shared_lock lock(mutex_);
    found = blocks_.contains(id);
  }
  if (!found) {
    done(Error(absl::StatusCode::kNotFound, "there is no block \"" + id + "\""));
    return;
  }
  std::string copy = id;
  store_.DeleteBlock(std::move(copy), [this, id = std::move(id),
                                       done = std::move(done)](absl::Status deleted) mutable {
    if (deleted.ok()) {
      const std::lock_guard lock(mutex_);
      Hide(id);
    }
    done(std::move(deleted));
  });
}

std::optional<Block> BlockList::Find(const SessionNames& names, WallTime now) const {
  const std::shared_lock lock(mutex_);
  const Block* longest = nullptr;
  const auto look = [&](SelectorKind kind, const std::string& key) {
    const auto& of_kind = by_value_.at(Index(kind));
    const auto found = of_kind.find(key);
    if (found == of_kind.end()) {
      return;
    }
    for (const std::string& id : found->second) {
      const Block& block = blocks_.at(id);
      if (Applies(block, names, now) && (longest == nullptr || longest->until < block.until)) {
        longest = &block;
      }
    }
  };
  look(SelectorKind::kSession, names.session_id);
  look(SelectorKind::kConsole, names.console_id);
  look(SelectorKind::kSubject, names.subject);
  look(SelectorKind::kKey, names.key_id);
  look(SelectorKind::kToken, names.token_id);
  look(SelectorKind::kAll, "");
  for (const std::string& key : KeysOf(names.client_address)) {
    look(SelectorKind::kClientAddress, key);
  }
  return longest == nullptr ? std::nullopt : std::optional(*longest);
}

std::vector<Block> BlockList::List(WallTime now) const {
  std::vector<Block> blocks;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [id, block] : blocks_) {
      if (now < block.until) {
        blocks.push_back(block);
      }
    }
  }
  std::ranges::sort(blocks, [](const Block& one, const Block& other) {
    return std::tie(one.created, one.id) < std::tie(other.created, other.id);
  });
  return blocks;
}

std::size_t BlockList::Size() const {
  const std::shared_lock lock(mutex_);
  return blocks_.size();
}

void BlockList::Show(Block block) {
  Hide(block.id);
  by_value_.at(Index(block.selector.kind))[KeyOf(block.selector)].push_back(block.id);
  by_until_.emplace(block.until, block.id);
  if (block.selector.kind == SelectorKind::kClientAddress) {
    ++prefixes_[VersionAndLength(block.selector.addresses)];
  }
  std::string id = block.id;
  blocks_.insert_or_assign(std::move(id), std::move(block));
}

void BlockList::Hide(const std::string& id) {
  const auto found = blocks_.find(id);
  if (found == blocks_.end()) {
    return;
  }
  const Block& block = found->second;
  auto& of_kind = by_value_.at(Index(block.selector.kind));
  const auto ids = of_kind.find(KeyOf(block.selector));
  std::erase(ids->second, block.id);
  if (ids->second.empty()) {
    of_kind.erase(ids);
  }
  by_until_.erase({block.until, block.id});
  if (block.selector.kind == SelectorKind::kClientAddress) {
    const auto count = prefixes_.find(VersionAndLength(block.selector.addresses));
    if (--count->second == 0) {
      prefixes_.erase(count);
    }
  }
  blocks_.erase(found);
}

std::vector<std::string> BlockList::HideExpired(WallTime now) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  while (!by_until_.empty() && by_until_.begin()->first <= now) {
    ids.push_back(by_until_.begin()->second);
    Hide(ids.back());
  }
  return ids;
}

// What the store fails to delete here blocks nothing and is swept again after the next start.
void BlockList::SweepExpired(WallTime now) {
  for (std::string& id : HideExpired(now)) {
    store_.DeleteBlock(std::move(id), [](const absl::Status&) {});
  }
}

// The keys under which a block of an address or a prefix around `client` would be found.
std::vector<std::string> BlockList::KeysOf(const IpAddress& client) const {
  std::vector<std::string> keys;
  for (const auto& [version_and_length, count] : prefixes_) {
    const auto& [v4, length] = version_and_length;
    if (v4 == client.IsV4()) {
      keys.push_back(IpPrefix::Of(client, length).ToString());
    }
  }
  return keys;
}

}  // namespace porthole::admission

#pragma once

#include "state/completion_queue.h"
#include "state/state_store.h"
#include "state/used_tokens.h"

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace porthole::state {

// A store that is gone with the process; for tests and throw-away nodes. Completions run in a
// calling thread, nearly always before the call returns.
class MemoryStore final : public StateStore {
 public:
  std::string_view Kind() const override { return "memory"; }
  std::optional<WallTime> RemembersSince() const override { return std::nullopt; }

  absl::StatusOr<Remembered> Load() override;
  void PutTokenKey(token::TokenKey key, Done done) override;
  void DeleteTokenKey(std::string id, Done done) override;
  void PutBlock(Block block, Done done) override;
  void DeleteBlock(std::string id, Done done) override;
  void Claim(TokenName name, WallTime until, WallTime now, ClaimDone done) override;
  bool Used(const TokenName& name, WallTime now) const override;

 private:
  absl::Status Keep(token::TokenKey key);
  absl::Status Keep(Block block);
  void Complete(Done done, absl::Status status);

  mutable std::mutex mutex_;
  std::map<std::string, token::TokenKey> keys_;
  std::map<std::string, Block> blocks_;
  UsedTokens used_;
  CompletionQueue completions_;
};

}  // namespace porthole::state

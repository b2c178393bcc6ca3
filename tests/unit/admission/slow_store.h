#pragma once

#include "base/status.h"
#include "state/memory_store.h"
#include "state/state_store.h"

#include <absl/status/status.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace porthole::admission {

// A store as a database is one: a change is durable, and answered, only when the test says so, in
// order; or it fails.
class SlowStore final : public state::StateStore {
 public:
  // The next change is answered with this error, and not made.
  void FailNext(absl::StatusCode code) { next_ = code; }
  void Remember(bool remembers) { remembers_ = remembers; }
  // Makes and answers the oldest change; whether there was one.
  bool FinishOne() {
    if (waiting_.empty()) {
      return false;
    }
    const std::function<void()> change = std::move(waiting_.front());
    waiting_.pop_front();
    change();
    return true;
  }
  void FinishAll() {
    while (FinishOne()) {
    }
  }

  std::string_view Kind() const override { return "slow"; }
  std::optional<WallTime> RemembersSince() const override {
    return remembers_ ? std::optional(WallTime::min()) : std::nullopt;
  }
  absl::StatusOr<state::Remembered> Load() override { return memory_.Load(); }
  void PutTokenKey(token::TokenKey key, Done done) override {
    Queue(std::move(done), [this, key](Done then) { memory_.PutTokenKey(key, std::move(then)); });
  }
  void DeleteTokenKey(std::string id, Done done) override {
    Queue(std::move(done), [this, id](Done then) { memory_.DeleteTokenKey(id, std::move(then)); });
  }
  void PutBlock(state::Block block, Done done) override {
    Queue(std::move(done), [this, block](Done then) { memory_.PutBlock(block, std::move(then)); });
  }
  void DeleteBlock(std::string id, Done done) override {
    Queue(std::move(done), [this, id](Done then) { memory_.DeleteBlock(id, std::move(then)); });
  }
  void Claim(state::TokenName name, WallTime until, WallTime now, ClaimDone done) override {
    if (next_ != absl::StatusCode::kOk) {
      done(Error(std::exchange(next_, absl::StatusCode::kOk), "no disk"));
      return;
    }
    memory_.Claim(std::move(name), until, now, std::move(done));
  }
  bool Used(const state::TokenName& name, WallTime now) const override {
    return memory_.Used(name, now);
  }

 private:
  void Queue(Done done, const std::function<void(Done)>& change) {
    const absl::StatusCode code = std::exchange(next_, absl::StatusCode::kOk);
    const auto shared = std::make_shared<Done>(std::move(done));
    waiting_.emplace_back([code, change, shared] {
      if (code != absl::StatusCode::kOk) {
        (*shared)(Error(code, "no disk"));
        return;
      }
      change([shared](absl::Status status) { (*shared)(std::move(status)); });
    });
  }

  state::MemoryStore memory_;
  absl::StatusCode next_ = absl::StatusCode::kOk;
  bool remembers_ = true;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace porthole::admission

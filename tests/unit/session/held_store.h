#pragma once

#include "base/status.h"
#include "state/memory_store.h"

#include <deque>
#include <mutex>
#include <utility>

namespace porthole::session {

// A store whose claims are answered when the test says so, from the thread that says so.
class HeldStore final : public state::StateStore {
 public:
  enum class Mode : std::uint8_t { kAnswers, kHolds, kFails, kIsFull, kThrows };

  void Be(Mode mode) { mode_ = mode; }
  // Answers what was held; how many there were.
  std::size_t Release() {
    std::deque<absl::AnyInvocable<void()>> held;
    {
      const std::lock_guard lock(mutex_);
      held.swap(held_);
    }
    for (absl::AnyInvocable<void()>& answer : held) {
      answer();
    }
    return held.size();
  }

  std::string_view Kind() const override { return "held"; }
  std::optional<WallTime> RemembersSince() const override { return WallTime::min(); }
  absl::StatusOr<state::Remembered> Load() override { return memory_.Load(); }
  void PutTokenKey(token::TokenKey key, Done done) override {
    memory_.PutTokenKey(std::move(key), std::move(done));
  }
  void DeleteTokenKey(std::string id, Done done) override {
    memory_.DeleteTokenKey(std::move(id), std::move(done));
  }
  void PutBlock(state::Block block, Done done) override {
    memory_.PutBlock(std::move(block), std::move(done));
  }
  void DeleteBlock(std::string id, Done done) override {
    memory_.DeleteBlock(std::move(id), std::move(done));
  }
  void Claim(state::TokenName name, WallTime until, WallTime now, ClaimDone done) override {
    switch (mode_) {
      case Mode::kAnswers:
        memory_.Claim(std::move(name), until, now, std::move(done));
        return;
      case Mode::kHolds: {
        const std::lock_guard lock(mutex_);
        held_.emplace_back([this, name, until, now, done = std::move(done)]() mutable {
          memory_.Claim(name, until, now, std::move(done));
        });
        return;
      }
      case Mode::kFails:
        done(absl::UnavailableError("no disk"));
        return;
      case Mode::kIsFull:
        done(absl::ResourceExhaustedError("no room"));
        return;
      case Mode::kThrows:
        throw std::bad_alloc();
    }
  }
  bool Used(const state::TokenName& name, WallTime now) const override {
    return memory_.Used(name, now);
  }

 private:
  state::MemoryStore memory_;
  Mode mode_ = Mode::kAnswers;
  std::mutex mutex_;
  std::deque<absl::AnyInvocable<void()>> held_;
};

}  // namespace porthole::session

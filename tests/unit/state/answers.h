#pragma once

#include "state/state_store.h"
#include "tests/support/fake_clock.h"

#include <chrono>
#include <future>
#include <string>
#include <utility>

namespace porthole::state {

inline constexpr WallTime kNow = FakeClock::kStart;

inline token::TokenKey Key(std::string id, char filling = 'k') {
  return {.id = std::move(id),
          .profile = token::KeyProfile::kJwe,
          .material = Secret(std::string(token::kTokenKeyBytes, filling)),
          .created = kNow,
          .not_after = {}};
}

inline token::TokenKey CloudStackKey(std::string id) {
  token::TokenKey key = Key(std::move(id));
  key.profile = token::KeyProfile::kCloudStack;
  key.material = Secret(std::string(40, 'c'));
  return key;
}

inline Block MakeBlock(std::string id) {
  Block block;
  block.id = std::move(id);
  block.selector = {.kind = SelectorKind::kAll, .value = "", .addresses = {}};
  block.created = kNow;
  block.until = kNow + std::chrono::seconds(60);
  return block;
}

// One change to a store and its answer.
inline absl::Status Put(StateStore& store, token::TokenKey key) {
  std::promise<absl::Status> answer;
  store.PutTokenKey(std::move(key),
                    [&](absl::Status status) { answer.set_value(std::move(status)); });
  return answer.get_future().get();
}
inline absl::Status Put(StateStore& store, Block block) {
  std::promise<absl::Status> answer;
  store.PutBlock(std::move(block),
                 [&](absl::Status status) { answer.set_value(std::move(status)); });
  return answer.get_future().get();
}
inline absl::Status DeleteKey(StateStore& store, std::string id) {
  std::promise<absl::Status> answer;
  store.DeleteTokenKey(std::move(id),
                       [&](absl::Status status) { answer.set_value(std::move(status)); });
  return answer.get_future().get();
}
inline absl::Status DeleteBlock(StateStore& store, std::string id) {
  std::promise<absl::Status> answer;
  store.DeleteBlock(std::move(id),
                    [&](absl::Status status) { answer.set_value(std::move(status)); });
  return answer.get_future().get();
}
inline absl::StatusOr<Claimed> Claim(StateStore& store,
                                     TokenName name,
                                     WallTime until = kNow + std::chrono::seconds(60),
                                     WallTime now = kNow) {
  std::promise<absl::StatusOr<Claimed>> answer;
  store.Claim(std::move(name), until, now,
              [&](absl::StatusOr<Claimed> claimed) { answer.set_value(std::move(claimed)); });
  return answer.get_future().get();
}

}  // namespace porthole::state

#pragma once

#include "base/clock.h"
#include "state/state_database.h"
#include "state/state_store.h"
#include "state/tables.h"
#include "state/used_tokens.h"

#include <absl/functional/any_invocable.h>
#include <absl/status/status.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace porthole::state {

// How many changes may wait for the disk: more than one node's sessions can ask for at once.
inline constexpr std::size_t kMaxWaitingChanges = 16384;

// A store in an SQLite database of one directory (design, section 11). One thread of its own
// writes: it takes all changes that wait, makes them in one transaction and answers them when that
// is on the disk, so that many at once cost one sync. Completions run on that thread.
//
// When the disk fails, the changes of that transaction answer UNAVAILABLE and are undone; the next
// ones are tried again. Nothing is ever kept in memory alone.
class EmbeddedStore final : public StateStore {
 public:
  // Called on the store's thread when it begins to fail, with the error, and when it works again,
  // with OK; must not block. May be null.
  using OnChange = std::function<void(const absl::Status&)>;

  // Opens nothing yet. `clock` outlives the store.
  EmbeddedStore(StatePlaces places, const Clock& clock, OnChange on_change);
  // Makes all changes that wait, then returns.
  ~EmbeddedStore() override;

  std::string_view Kind() const override { return "embedded"; }
  std::optional<WallTime> RemembersSince() const override;

  // Errors: those of OpenStateDatabase(); then it may be called again. Before it has succeeded,
  // every other operation is FAILED_PRECONDITION.
  absl::StatusOr<Remembered> Load() override;
  void PutTokenKey(token::TokenKey key, Done done) override;
  void DeleteTokenKey(std::string id, Done done) override;
  void PutBlock(Block block, Done done) override;
  void DeleteBlock(std::string id, Done done) override;
  void Claim(TokenName name, WallTime until, WallTime now, ClaimDone done) override;
  bool Used(const TokenName& name, WallTime now) const override;

 private:
  // One change. `apply` makes it inside a transaction; its errors are the database's. `answer` says
  // what became of it: of the whole transaction.
  struct Change {
    absl::AnyInvocable<absl::Status(Tables&)> apply;
    absl::AnyInvocable<void(const absl::Status& stored)> answer;
  };

  absl::Status Open();
  void Queue(Change change);
  absl::Status TryQueue(Change& change);
  template <typename Record>
  void QueuePut(Record record, Done done);

  void Work();
  std::vector<Change> Next();
  absl::Status Write(std::vector<Change>& changes);
  absl::Status Apply(std::vector<Change>& changes);
  void Report(const absl::Status& stored);
  absl::Status ApplyClaim(Tables& tables,
                          const UsedTokens::Digest& digest,
                          WallTime until,
                          absl::StatusOr<Claimed>& claimed,
                          WallTime now);

  const StatePlaces places_;
  const Clock& clock_;
  const OnChange on_change_;

  mutable std::mutex mutex_;  // guards the four below
  std::condition_variable arrived_;
  std::deque<Change> waiting_;
  bool open_ = false;
  bool stopping_ = false;
  std::optional<WallTime> since_;

  mutable std::mutex used_mutex_;
  UsedTokens used_;

  // The thread's own, once it runs.
  std::unique_ptr<StateDatabase> state_;
  std::unique_ptr<Tables> tables_;
  bool failing_ = false;
  WallTime prune_before_;
  std::size_t claims_ = 0;  // of the transaction under way

  std::thread thread_;
};

}  // namespace porthole::state

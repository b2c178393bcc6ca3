#include "state/embedded_store.h"

#include "base/status.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <iterator>
#include <memory>
#include <utility>

namespace porthole::state {
namespace {

// One transaction takes no more than this, so that nobody waits for too long a one.
constexpr std::size_t kMostAtOnce = 1024;
// How often a store that fails looks whether it works again, when nobody else asks.
constexpr std::chrono::milliseconds kProbeEvery{500};
// With every claim so many used tokens may be forgotten: what may be forgotten never piles up.
constexpr std::size_t kPrunedPerClaim = 2;

absl::Status NotOpen() {
  return Error(absl::StatusCode::kFailedPrecondition, "the store is not open");
}

}  // namespace

EmbeddedStore::EmbeddedStore(StatePlaces places, const Clock& clock, OnChange on_change)
    : places_(std::move(places)), clock_(clock), on_change_(std::move(on_change)) {}

EmbeddedStore::~EmbeddedStore() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
  }
}

std::optional<WallTime> EmbeddedStore::RemembersSince() const {
  const std::lock_guard lock(mutex_);
  return since_;
}

absl::StatusOr<Remembered> EmbeddedStore::Load() {
  if (absl::Status opened = Open(); !opened.ok()) {
    return opened;
  }
  absl::StatusOr<Remembered> all;
  std::promise<absl::Status> read;
  Queue({.apply =
             [&all](Tables& tables) {
               all = tables.ReadAll();
               return all.status();
             },
         .answer = [&read](const absl::Status& stored) { read.set_value(stored); }});
  const absl::Status stored = read.get_future().get();
  return stored.ok() ? std::move(all)
                     : Annotate(stored, "the state database in " + places_.directory);
}

// On the caller's thread; the database moves to the store's own when all is well.
absl::Status EmbeddedStore::Open() {
  if (thread_.joinable()) {
    return absl::OkStatus();
  }
  absl::StatusOr<StateDatabase> state = OpenStateDatabase(places_, Migrations(), clock_.Wall());
  if (!state.ok()) {
    return state.status();
  }
  state_ = std::make_unique<StateDatabase>(*std::move(state));
  absl::StatusOr<Tables> tables = Tables::Prepare(state_->database, state_->key);
  const absl::Status read = tables.ok() ? tables->ReadUsed(used_) : tables.status();
  if (!read.ok()) {
    tables = read;
    state_.reset();
    return Annotate(read, "the state database in " + places_.directory);
  }
  tables_ = std::make_unique<Tables>(*std::move(tables));
  {
    const std::lock_guard lock(mutex_);
    since_ = state_->made;
    open_ = true;
  }
  thread_ = std::thread(&EmbeddedStore::Work, this);
  return absl::OkStatus();
}

template <typename Record>
void EmbeddedStore::QueuePut(Record record, Done done) {
  auto verdict = std::make_shared<absl::Status>();
  Queue({.apply =
             [record = std::move(record), verdict](Tables& tables) {
               const absl::StatusOr<Tables::Verdict> put = tables.Put(record);
               *verdict = put.ok() ? put->status : absl::OkStatus();
               return put.status();
             },
         .answer =
             [done = std::move(done), verdict](const absl::Status& stored) mutable {
               done(stored.ok() ? *verdict : stored);
             }});
}

void EmbeddedStore::PutTokenKey(token::TokenKey key, Done done) {
  QueuePut(std::move(key), std::move(done));
}

void EmbeddedStore::DeleteTokenKey(std::string id, Done done) {
  Queue({.apply = [id = std::move(id)](Tables& tables) { return tables.DeleteTokenKey(id); },
         .answer = std::move(done)});
}

void EmbeddedStore::PutBlock(Block block, Done done) {
  QueuePut(std::move(block), std::move(done));
}

void EmbeddedStore::DeleteBlock(std::string id, Done done) {
  Queue({.apply = [id = std::move(id)](Tables& tables) { return tables.DeleteBlock(id); },
         .answer = std::move(done)});
}

void EmbeddedStore::Claim(TokenName name, WallTime until, WallTime now, ClaimDone done) {
  const UsedTokens::Digest digest = UsedTokens::DigestOf(name);
  auto claimed = std::make_shared<absl::StatusOr<Claimed>>(Claimed::kAlreadyUsed);
  Queue({.apply = [this, digest, until, now, claimed](
                      Tables& tables) { return ApplyClaim(tables, digest, until, *claimed, now); },
         .answer =
             [this, digest, claimed, done = std::move(done)](const absl::Status& stored) mutable {
               if (stored.ok()) {
                 done(*std::move(claimed));
                 return;
               }
               if (claimed->ok() && **claimed == Claimed::kFirst) {
                 const std::lock_guard lock(used_mutex_);
                 used_.Unclaim(digest);
               }
               done(stored);
             }});
}

bool EmbeddedStore::Used(const TokenName& name, WallTime now) const {
  const std::lock_guard lock(used_mutex_);
  return used_.Contains(name, now);
}

// Memory decides who is first, and is undone with the transaction.
absl::Status EmbeddedStore::ApplyClaim(Tables& tables,
                                       const UsedTokens::Digest& digest,
                                       WallTime until,
                                       absl::StatusOr<Claimed>& claimed,
                                       WallTime now) {
  {
    const std::lock_guard lock(used_mutex_);
    claimed = used_.Claim(digest, until, now);
  }
  if (!claimed.ok() || *claimed != Claimed::kFirst) {
    return absl::OkStatus();
  }
  ++claims_;
  prune_before_ = std::max(prune_before_, now);
  return tables.PutUsed(digest, until);
}

void EmbeddedStore::Queue(Change change) {
  if (const absl::Status refused = TryQueue(change); !refused.ok()) {
    change.answer(refused);
  }
}

// Takes `change` away unless it gives an error.
absl::Status EmbeddedStore::TryQueue(Change& change) {
  const std::lock_guard lock(mutex_);
  if (!open_) {
    return NotOpen();
  }
  if (waiting_.size() >= kMaxWaitingChanges) {
    return Error(absl::StatusCode::kResourceExhausted, "too much waits for the store's disk");
  }
  waiting_.push_back(std::move(change));
  arrived_.notify_one();
  return absl::OkStatus();
}

void EmbeddedStore::Work() {
  for (;;) {
    std::vector<Change> changes = Next();
    if (changes.empty() && !failing_) {
      return;
    }
    const absl::Status stored = Write(changes);
    Report(stored);
    for (Change& change : changes) {
      change.answer(stored);
    }
  }
}

// What waits; nothing when the store ends, or when it fails and is to look whether it still does.
std::vector<EmbeddedStore::Change> EmbeddedStore::Next() {
  std::unique_lock lock(mutex_);
  const auto something = [this] { return stopping_ || !waiting_.empty(); };
  if (failing_) {
    arrived_.wait_for(lock, kProbeEvery, something);
  } else {
    arrived_.wait(lock, something);
  }
  failing_ = failing_ && !(stopping_ && waiting_.empty());
  const auto most = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMostAtOnce));
  std::vector<Change> changes(std::make_move_iterator(waiting_.begin()),
                              std::make_move_iterator(waiting_.begin() + most));
  waiting_.erase(waiting_.begin(), waiting_.begin() + most);
  return changes;
}

absl::Status EmbeddedStore::Write(std::vector<Change>& changes) {
  Database& database = state_->database;
  absl::Status written = database.Run("BEGIN IMMEDIATE");
  if (written.ok()) {
    written = Apply(changes);
    if (written.ok()) {
      written = database.Run("COMMIT");
    }
    if (!written.ok()) {
      tables_->OnRollback();
      // Which fails where SQLite rolled back by itself.
      const absl::Status rolled_back = database.Run("ROLLBACK");
    }
  }
  return written.ok() ? written : Annotate(written, "the store cannot write");
}

absl::Status EmbeddedStore::Apply(std::vector<Change>& changes) {
  claims_ = 0;
  absl::Status applied = failing_ ? tables_->Probe() : absl::OkStatus();
  for (Change& change : changes) {
    if (applied.ok()) {
      applied = change.apply(*tables_);
    }
  }
  if (applied.ok() && claims_ > 0) {
    applied = tables_->Prune(prune_before_, claims_ * kPrunedPerClaim);
  }
  return applied;
}

void EmbeddedStore::Report(const absl::Status& stored) {
  if (failing_ == !stored.ok()) {
    return;
  }
  failing_ = !stored.ok();
  if (on_change_) {
    on_change_(stored);
  }
}

}  // namespace porthole::state

#include "porthole/client/session_watcher.h"

#include "porthole/client/client.h"
#include "porthole/client_testing/fake_node.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>

namespace porthole::client {
namespace {

using client_testing::FakeNode;
using testing::ElementsAre;

constexpr std::chrono::seconds kLong{20};

v1::Session SessionOf(const std::string& id) {
  v1::Session session;
  session.set_session_id(id);
  session.set_state(v1::SESSION_STATE_ACTIVE);
  return session;
}

// Writes down what it is told, as "+a", "~a", "-a", "synced" and "lost".
class Diary : public SessionObserver {
 public:
  void OnOpened(const v1::Session& session) override { Note("+" + session.session_id()); }
  void OnChanged(const v1::Session& session) override { Note("~" + session.session_id()); }
  void OnEnded(const v1::Session& session) override { Note("-" + session.session_id()); }
  void OnSynced() override { Note("synced"); }
  void OnLost(const absl::Status& why) override {
    if (on_lost) {
      on_lost(why);
    }
    Note("lost");
  }

  // The next so many notes, once they are there.
  std::vector<std::string> Next(std::size_t count) {
    std::unique_lock lock(mutex_);
    noted_.wait_for(lock, kLong, [&] { return notes_.size() >= count; });
    std::vector<std::string> notes(
        notes_.begin(),
        notes_.begin() + static_cast<std::ptrdiff_t>(std::min(count, notes_.size())));
    notes_.erase(notes_.begin(), notes_.begin() + static_cast<std::ptrdiff_t>(notes.size()));
    return notes;
  }

  // Set before the watcher begins.
  std::function<void(const absl::Status&)> on_lost;

 private:
  void Note(const std::string& note) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(note);
    noted_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable noted_;
  std::vector<std::string> notes_;
};

class SessionWatcherTest : public testing::Test {
 protected:
  static SessionWatcherOptions Quick() {
    SessionWatcherOptions options;
    options.first_backoff = std::chrono::milliseconds(5);
    options.most_backoff = std::chrono::milliseconds(20);
    return options;
  }

  SessionWatcher& Watch(const SessionWatcherOptions& options = Quick()) {
    watcher_ = std::make_unique<SessionWatcher>(*MakeConnection(node_.Options()), options, &diary_);
    return *watcher_;
  }

  std::vector<std::string> Ids() const {
    std::vector<std::string> ids;
    for (const v1::Session& session : watcher_->Sessions()) {
      ids.push_back(session.session_id());
    }
    return ids;
  }

  v1::WatchSessionsRequest LastRequest() const {
    return node_.RequestsOf<v1::WatchSessionsRequest>().back();
  }

  FakeNode node_;
  Diary diary_;
  std::unique_ptr<SessionWatcher> watcher_;
};

TEST_F(SessionWatcherTest, ShowsWhatLivesAndFollowsIt) {
  node_.Open(SessionOf("a"));
  Watch();

  EXPECT_THAT(diary_.Next(2), ElementsAre("+a", "synced"));
  EXPECT_TRUE(watcher_->WaitUntilCurrent(kLong).ok());
  node_.Open(SessionOf("b"));
  node_.End("a", v1::END_REASON_VIEWER_CLOSED);
  EXPECT_THAT(diary_.Next(2), ElementsAre("+b", "-a"));
  EXPECT_THAT(Ids(), ElementsAre("b"));
}

TEST_F(SessionWatcherTest, ResumesWhereItWasAfterALoss) {
  node_.Open(SessionOf("a"));
  Watch();
  diary_.Next(2);

  node_.SetUnavailable(true);
  EXPECT_THAT(diary_.Next(1), ElementsAre("lost"));
  EXPECT_EQ(watcher_->Current().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Ids(), ElementsAre("a")) << "the view of before stays";
  node_.Open(SessionOf("b"));
  node_.SetUnavailable(false);

  EXPECT_TRUE(watcher_->WaitUntilCurrent(kLong).ok());
  std::set<std::string> told;
  while (!told.contains("+b")) {
    const std::vector<std::string> next = diary_.Next(1);
    ASSERT_FALSE(next.empty());
    told.insert(next.front());
  }
  EXPECT_TRUE(told.contains("synced"));
  EXPECT_FALSE(told.contains("+a")) << "what is known is not told again";
  EXPECT_THAT(Ids(), ElementsAre("a", "b"));
  EXPECT_EQ(LastRequest().boot_id(), "boot-1");
  EXPECT_EQ(LastRequest().revision(), 1);
}

TEST_F(SessionWatcherTest, StartsAgainWhenTheNodeHasForgotten) {
  node_.Open(SessionOf("a"));
  node_.Open(SessionOf("b"));
  Watch();
  diary_.Next(3);

  node_.ForgetRevisions();
  node_.EndWatches(absl::UnavailableError("a network"));

  EXPECT_THAT(diary_.Next(3), ElementsAre("lost", "lost", "synced")) << "resumed, refused, again";
  EXPECT_EQ(LastRequest().boot_id(), "");
  EXPECT_THAT(Ids(), ElementsAre("a", "b"));
}

TEST_F(SessionWatcherTest, FindsOutWhatChangedWhenTheNodeHasRestarted) {
  node_.Open(SessionOf("a"));
  Watch();
  diary_.Next(2);

  node_.Restart();
  node_.Open(SessionOf("c"));

  std::vector<std::string> told = diary_.Next(2);
  EXPECT_THAT(told, ElementsAre("lost", "lost"));
  // "c" may have been opened before or after the watcher came back.
  told = diary_.Next(3);
  EXPECT_THAT(told, testing::UnorderedElementsAre("-a", "+c", "synced"));
  EXPECT_THAT(Ids(), ElementsAre("c"));
}

class SessionWatcherTooSlow : public SessionWatcherTest,
                              public testing::WithParamInterface<absl::StatusCode> {};

TEST_P(SessionWatcherTooSlow, StartsAgain) {
  node_.Open(SessionOf("a"));
  Watch();
  diary_.Next(2);

  node_.EndWatches(absl::Status(GetParam(), "too slow"));

  EXPECT_THAT(diary_.Next(2), ElementsAre("lost", "synced"));
  EXPECT_EQ(LastRequest().boot_id(), "");
  EXPECT_THAT(Ids(), ElementsAre("a"));
}

INSTANTIATE_TEST_SUITE_P(Codes,
                         SessionWatcherTooSlow,
                         testing::Values(absl::StatusCode::kResourceExhausted,
                                         absl::StatusCode::kCancelled));

TEST_F(SessionWatcherTest, ASilentNodeIsLost) {
  SessionWatcherOptions options = Quick();
  options.silence = std::chrono::milliseconds(200);
  Watch(options);

  EXPECT_THAT(diary_.Next(3), ElementsAre("synced", "lost", "synced"));
  EXPECT_EQ(LastRequest().boot_id(), "boot-1") << "where it was is still known";
}

TEST_F(SessionWatcherTest, WaitsForANodeThatIsNotThereYet) {
  node_.SetUnavailable(true);
  Watch();
  EXPECT_THAT(diary_.Next(3), ElementsAre("lost", "lost", "lost"));
  EXPECT_EQ(watcher_->WaitUntilCurrent(std::chrono::milliseconds(1)).code(),
            absl::StatusCode::kUnavailable);

  node_.SetUnavailable(false);

  EXPECT_TRUE(watcher_->WaitUntilCurrent(kLong).ok());
}

TEST_F(SessionWatcherTest, CanBeStoppedByItsObserver) {
  node_.FailNext("WatchSessions", absl::PermissionDeniedError("no role"));
  std::mutex made;
  diary_.on_lost = [&](const absl::Status& why) {
    EXPECT_EQ(why.code(), absl::StatusCode::kPermissionDenied);
    const std::lock_guard lock(made);
    watcher_->Stop();
  };
  {
    const std::lock_guard lock(made);
    Watch();
  }

  EXPECT_THAT(diary_.Next(1), ElementsAre("lost"));
  watcher_->Stop();
  EXPECT_EQ(watcher_->Current().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(node_.RequestsOf<v1::WatchSessionsRequest>().size(), 1U);
}

TEST_F(SessionWatcherTest, EndsAtOnceInEveryState) {
  for (int i = 0; i < 100; ++i) {
    node_.Open(SessionOf("session-" + std::to_string(i)));
  }
  for (int i = 0; i < 30; ++i) {
    // At once, in the middle of what lives, and when it is current.
    Watch();
    diary_.Next(static_cast<std::size_t>(i));
    if (i % 3 == 0) {
      EXPECT_TRUE(watcher_->WaitUntilCurrent(kLong).ok());
    }
    watcher_->Stop();
    watcher_->Stop();
  }
  node_.SetUnavailable(true);
  SessionWatcherOptions patient = Quick();
  patient.first_backoff = patient.most_backoff = std::chrono::hours(1);
  Watch(patient);
  while (diary_.Next(1) != std::vector<std::string>{"lost"}) {
  }
  watcher_.reset();
}

}  // namespace
}  // namespace porthole::client

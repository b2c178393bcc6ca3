#include "porthole/client/session_watcher.h"

#include "backoff.h"
#include "session_view.h"
#include "status.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace porthole::client {

void SessionObserver::OnOpened(const v1::Session& /*session*/) {}
void SessionObserver::OnChanged(const v1::Session& /*session*/) {}
void SessionObserver::OnEnded(const v1::Session& /*session*/) {}
void SessionObserver::OnSynced() {}
void SessionObserver::OnLost(const absl::Status& /*why*/) {}

// The thread, and what it shares. The view belongs to the thread for writing, so that it reads it
// without the lock; everybody else takes the lock, and so does it to write.
class SessionWatcher::Watch {
 public:
  Watch(std::shared_ptr<Connection> connection,
        SessionWatcherOptions options,
        SessionObserver* observer)
      : connection_(std::move(connection)),
        options_(std::move(options)),
        observer_(observer != nullptr ? observer : &nobody_),
        view_(options_.filter) {
    const std::lock_guard lock(mutex_);
    thread_ = std::thread([this] { Run(); });
    thread_id_ = thread_.get_id();
  }

  std::vector<v1::Session> Sessions() const {
    const std::lock_guard lock(mutex_);
    return view_.Sessions();
  }

  absl::Status Current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }

  absl::Status WaitUntilCurrent(std::chrono::milliseconds most) const {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, most, [this] { return current_.ok() || stopping_; });
    return current_;
  }

  void Stop() {
    if (AskToStop()) {
      return;
    }
    const std::lock_guard joining(join_mutex_);
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  void Run() {
    internal::Backoff backoff(options_.first_backoff, options_.most_backoff);
    while (SessionStream* const stream = Begin()) {
      const absl::Status why = ReadOn(*stream);
      if (view_.Synced()) {
        backoff.Reset();
      }
      if (!Lose(why)) {
        return;
      }
      observer_->OnLost(why);
      if (!Wait(backoff.Next())) {
        return;
      }
    }
  }

  // Returns whether the watch's own thread asks: it cannot wait for itself.
  bool AskToStop() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (stream_ != nullptr) {
      stream_->Cancel();
    }
    changed_.notify_all();
    return std::this_thread::get_id() == thread_id_;
  }

  // Begins the next stream; null when that is no longer wanted.
  SessionStream* Begin() {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      stream_ = connection_->WatchSessions(view_.Begin());
    }
    return stream_.get();
  }

  // Reads until something ends it.
  absl::Status ReadOn(SessionStream& stream) {
    absl::Status resumed = view_.Resuming() ? Resume(stream) : absl::OkStatus();
    if (!resumed.ok()) {
      return resumed;
    }
    while (true) {
      const absl::StatusOr<v1::WatchSessionsResponse> message = stream.Read(options_.silence);
      if (!message.ok()) {
        return message.status();
      }
      absl::Status taken = Take(*message);
      if (!taken.ok()) {
        return taken;
      }
    }
  }

  // That the node has taken the call on is all that it says then: what it has to add are changes.
  absl::Status Resume(SessionStream& stream) {
    absl::Status begun = stream.WaitUntilBegun(options_.silence);
    if (begun.ok()) {
      {
        const std::lock_guard lock(mutex_);
        view_.Resumed();
        current_ = absl::OkStatus();
        changed_.notify_all();
      }
      observer_->OnSynced();
    }
    return begun;
  }

  absl::Status Take(const v1::WatchSessionsResponse& message) {
    std::vector<internal::SessionChange> changes;
    const bool was_synced = view_.Synced();
    {
      const std::lock_guard lock(mutex_);
      absl::Status taken = view_.Take(message, changes);
      if (!taken.ok()) {
        return taken;
      }
      if (view_.Synced()) {
        current_ = absl::OkStatus();
        changed_.notify_all();
      }
    }
    for (const internal::SessionChange& change : changes) {
      Tell(change);
    }
    if (view_.Synced() && !was_synced) {
      observer_->OnSynced();
    }
    return absl::OkStatus();
  }

  void Tell(const internal::SessionChange& change) {
    using Kind = internal::SessionChange::Kind;
    switch (change.kind) {
      case Kind::kOpened:
        observer_->OnOpened(change.session);
        break;
      case Kind::kChanged:
        observer_->OnChanged(change.session);
        break;
      case Kind::kEnded:
        observer_->OnEnded(change.session);
        break;
    }
  }

  // Ends the stream; false when that was wanted.
  bool Lose(const absl::Status& why) {
    std::unique_ptr<SessionStream> ended;
    const std::lock_guard lock(mutex_);
    ended = std::move(stream_);
    current_ = why;
    changed_.notify_all();
    // Who is merely gone may still know where the stream was. OUT_OF_RANGE, RESOURCE_EXHAUSTED and
    // CANCELLED (what a node does to a slow reader that does not even take its error) mean that
    // nobody does; after anything else it is not worth the doubt.
    switch (why.code()) {
      case absl::StatusCode::kUnavailable:
      case absl::StatusCode::kDeadlineExceeded:
        break;
      default:
        view_.StartAgain();
    }
    return !stopping_;
  }

  bool Wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return stopping_; });
  }

  SessionObserver nobody_;
  const std::shared_ptr<Connection> connection_;
  const SessionWatcherOptions options_;
  SessionObserver* const observer_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  internal::SessionView view_;
  std::unique_ptr<SessionStream> stream_;
  absl::Status current_ = internal::Error(absl::StatusCode::kUnavailable, "not yet connected");
  bool stopping_ = false;
  std::thread::id thread_id_;
  std::mutex join_mutex_;
  std::thread thread_;
};

SessionWatcher::SessionWatcher(std::shared_ptr<Connection> connection,
                               SessionWatcherOptions options,
                               SessionObserver* observer)
    : watch_(std::make_unique<Watch>(std::move(connection), std::move(options), observer)) {}

SessionWatcher::~SessionWatcher() {
  watch_->Stop();
}

std::vector<v1::Session> SessionWatcher::Sessions() const {
  return watch_->Sessions();
}

absl::Status SessionWatcher::Current() const {
  return watch_->Current();
}

absl::Status SessionWatcher::WaitUntilCurrent(std::chrono::milliseconds most) const {
  return watch_->WaitUntilCurrent(most);
}

void SessionWatcher::Stop() {
  watch_->Stop();
}

}  // namespace porthole::client

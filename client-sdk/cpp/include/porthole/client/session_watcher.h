#pragma once

#include "porthole/client/connection.h"

#include <absl/status/status.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace porthole::client {

// What a SessionWatcher tells. Every function is called on the watcher's own thread, one at a time,
// and holds up the watch while it runs. It may ask the watcher for its sessions and Stop() it, but
// not destroy it. Each function does nothing unless replaced.
//
// A session is told as opened once, then as changed any number of times, then as ended once,
// however often the connection was lost in between: what happened meanwhile is told afterwards.
class SessionObserver {
 public:
  SessionObserver() = default;
  SessionObserver(const SessionObserver&) = delete;
  SessionObserver& operator=(const SessionObserver&) = delete;
  virtual ~SessionObserver() = default;

  virtual void OnOpened(const v1::Session& session);
  virtual void OnChanged(const v1::Session& session);
  // As the node described its end; when it ended while nobody was watching, as it was last seen,
  // with the state ENDED and an unspecified reason.
  virtual void OnEnded(const v1::Session& session);
  // From here on the view follows the node: all that lives was told, after the start or after an
  // OnLost(). Where the watch was resumed, what was missed may still be on its way, and is told
  // next.
  virtual void OnSynced();
  // The watch was lost, or could not begin; the view is that of before. The watcher tries again
  // whatever the reason is, as somebody may mend it: Stop() it where that is wrong.
  virtual void OnLost(const absl::Status& why);
};

struct SessionWatcherOptions {
  // Which sessions; empty: all.
  v1::SessionFilter filter;
  // The wait before the second attempt to connect; doubles up to the most, less a random part.
  std::chrono::milliseconds first_backoff{200};
  std::chrono::milliseconds most_backoff{10'000};
  // A node that says nothing for so long is gone (it sends a heartbeat when nothing happens).
  std::chrono::milliseconds silence{60'000};
};

// The live sessions of one node, as they are now. Connects at once and for ever: after a loss it
// resumes where it was, and where the node cannot do that (it restarted, or has forgotten; or the
// watcher was too slow) it starts again and finds out what is different.
//
// One thread of its own. Its functions may be called from any thread.
class SessionWatcher {
 public:
  // `observer` may be null, and must outlive the watcher.
  SessionWatcher(std::shared_ptr<Connection> connection,
                 SessionWatcherOptions options,
                 SessionObserver* observer = nullptr);
  SessionWatcher(const SessionWatcher&) = delete;
  SessionWatcher& operator=(const SessionWatcher&) = delete;
  // Stops, and waits until the observer's last call is over.
  ~SessionWatcher();

  // The view, by session id. Empty before the first OnSynced(); where the watch is lost, as it was.
  std::vector<v1::Session> Sessions() const;
  // OK while the view follows the node (see OnSynced()); UNAVAILABLE before it first is; else why
  // the watch was lost.
  absl::Status Current() const;
  // Waits until Current() is OK. Errors: what Current() says when the time is over or the watcher
  // was stopped.
  absl::Status WaitUntilCurrent(std::chrono::milliseconds most) const;

  // Ends the watch for good. Called elsewhere than in the observer, it waits until the observer's
  // last call is over.
  void Stop();

 private:
  class Watch;
  std::unique_ptr<Watch> watch_;
};

}  // namespace porthole::client

#pragma once

#include "porthole/client/connection.h"

#include <absl/status/status.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace porthole::client::internal {

// What became of one session.
struct SessionChange {
  enum class Kind : std::uint8_t { kOpened, kChanged, kEnded };
  Kind kind;
  v1::Session session;
};

// The sessions that the messages of watches add up to. Not thread-safe; no I/O.
//
// A state is not left to the node's filter: a session whose state no longer matches would just fall
// silent. The view watches all states and lets out what matches.
class SessionView {
 public:
  explicit SessionView(v1::SessionFilter filter);

  // What to ask for: everything at first and after StartAgain(), else what came after the last
  // message. Begins a new stream: call it once for each.
  v1::WatchSessionsRequest Begin();

  // Forgets where the last stream was; the sessions stay until the next one says what is live.
  void StartAgain();

  // Whether the stream that Begin() asked for goes on where the last one was. Such a one says
  // nothing of what is live.
  bool Resuming() const { return resuming_; }
  // The node has taken that stream on.
  void Resumed() { synced_ = true; }

  // Takes one message, and adds to `changes` what is different now.
  // Errors: OUT_OF_RANGE when another process counts than the one before: begin again.
  absl::Status Take(const v1::WatchSessionsResponse& message, std::vector<SessionChange>& changes);

  // Whether this stream has said everything up to now.
  bool Synced() const { return synced_; }

  std::vector<v1::Session> Sessions() const;

 private:
  bool Matches(const v1::Session& session) const;
  void Put(const v1::Session& session, std::vector<SessionChange>& changes);
  void Remove(v1::Session last, std::vector<SessionChange>& changes);
  void ReplaceByLive(std::vector<SessionChange>& changes);

  v1::SessionFilter filter_;
  std::vector<int> states_;
  std::string boot_id_;
  std::int64_t revision_ = 0;
  bool resuming_ = false;
  bool synced_ = false;
  std::map<std::string, v1::Session> sessions_;
  // What the stream says is live, until all of it was said.
  std::map<std::string, v1::Session> live_;
};

}  // namespace porthole::client::internal

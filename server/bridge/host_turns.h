#pragma once

#include "net/byte_stream.h"

namespace porthole::bridge {

// Keeps apart the two who write to a session's host: what the viewer sends, and what the node sends
// of its own when a restriction begins. Belongs to the session's worker.
class HostTurns {
 public:
  explicit HostTurns(const net::Executor& loop)
      : free_(loop, net::SteadyTimer::time_point::max()) {}

  // While it lives, nobody else writes.
  class Turn {
   public:
    explicit Turn(HostTurns& turns) : turns_(turns) { turns_.taken_ = true; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      turns_.taken_ = false;
      turns_.free_.cancel();
    }

   private:
    HostTurns& turns_;
  };

  // Wait for Freed() while it is.
  bool Taken() const { return taken_; }
  net::Awaitable<void> Freed();

 private:
  bool taken_ = false;
  net::SteadyTimer free_;
};

}  // namespace porthole::bridge

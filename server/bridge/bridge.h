#pragma once

#include "base/clock.h"
#include "base/traffic_counters.h"
#include "bridge/buffer_pool.h"
#include "bridge/host_turns.h"
#include "net/byte_stream.h"
#include "rfb/client_messages.h"
#include "rfb/host_messages.h"

#include <absl/status/status.h>

#include <atomic>
#include <cstdint>
#include <functional>

namespace porthole::bridge {

enum class Side : std::uint8_t { kViewer, kHost };

// The policy of a console that speaks no RFB: any byte of the viewer is input, and all there is to
// restrict is that.
struct RawPolicy {
  bool view_only = false;  // the viewer's bytes are dropped
};

// What the two directions of a session work with; all of it outlives them and belongs to their
// worker.
struct Parts {
  net::ByteStream& viewer;
  net::ByteStream& host;
  HostTurns& host_turns;
  rfb::ClientMessages& messages;  // follows what the viewer sends
  rfb::HostMessages* from_host;   // follows what the host sends; null: nobody does
  const RawPolicy* raw;           // bytes are not looked into, only passed or dropped; null: RFB
  BufferPool& buffers;
  TrafficCounters& session_traffic;
  TrafficCounters& worker_traffic;
  std::atomic<std::int64_t>& last_input_ms;  // Unix time in milliseconds, for people
  SteadyTime& last_input;                    // the same moment, for time limits
  const Clock& clock;
  // Called when a side ends a direction, with its Status as ByteStream has them (INVALID_ARGUMENT
  // from the viewer: it broke RFB). Must close both streams: that is what stops the other
  // direction, whose end is told in the same way afterwards.
  std::function<void(Side, const absl::Status&)> on_end;
  // Called when a restriction that waited for the end of a message has come into force.
  std::function<void()> on_in_force;
};

// Moves bytes one way until a side ends it. Back-pressure is the sockets' own: nothing more is read
// from one side before the other has taken what was read. A buffer is held only while bytes are on
// their way. Where the host is followed, the clipboard texts that the policy closes stay here; a
// host that cannot be followed ends the session. `parts` outlives the call.
net::Awaitable<void> MoveToViewer(const Parts& parts);
// The same way back, through the parser that counts the viewer's messages and holds back what the
// policy forbids.
net::Awaitable<void> MoveToHost(const Parts& parts);
// Sends the host what a restriction owes it (ClientMessages::TakeOwed()). An end of the host is
// told by the other two.
net::Awaitable<void> SendOwed(const Parts& parts);

}  // namespace porthole::bridge

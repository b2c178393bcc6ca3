#pragma once

#include "base/clock.h"
#include "base/traffic_counters.h"
#include "bridge/buffer_pool.h"
#include "net/byte_stream.h"
#include "rfb/client_messages.h"

#include <absl/status/status.h>

#include <atomic>
#include <cstdint>
#include <functional>

namespace porthole::bridge {

enum class Side : std::uint8_t { kViewer, kHost };

// What a bridge works with; all of it outlives the bridge and belongs to its worker.
struct Parts {
  net::ByteStream& viewer;
  net::ByteStream& host;
  rfb::ClientMessages& messages;  // follows what the viewer sends
  BufferPool& buffers;
  TrafficCounters& session_traffic;
  TrafficCounters& worker_traffic;
  std::atomic<std::int64_t>& last_input_ms;  // Unix time in milliseconds
  const Clock& clock;
  // Called when a side ends the bridge, with its Status as ByteStream has them (INVALID_ARGUMENT
  // from the viewer: it broke RFB). Must close both streams: that is what stops the other
  // direction, whose end is told in the same way afterwards.
  std::function<void(Side, const absl::Status&)> on_end;
};

// Moves bytes both ways until both directions have ended. Back-pressure is the sockets' own:
// nothing more is read from a side before the other has taken what was read.
net::Awaitable<void> RunBridge(Parts parts);

}  // namespace porthole::bridge

#pragma once

#include "control/surroundings.h"
#include "porthole/control/v1/session_service.pb.h"
#include "session/events.h"

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace porthole::control {

// The messages of a watch as bytes. An event's are made once and shared by everyone who watches;
// the last few thousand are kept. Thread-safe.
class EventBytes {
 public:
  explicit EventBytes(NodeIdentity node);

  grpc::ByteBuffer Of(const session::Event& event);
  grpc::ByteBuffer Live(const session::Snapshot& session, std::uint64_t revision) const;
  // A message without a session: SYNCED or HEARTBEAT.
  grpc::ByteBuffer Bare(v1::SessionEventType type, std::uint64_t revision) const;

 private:
  // One made message; several revisions share the place of one.
  struct Kept {
    std::uint64_t revision = 0;
    grpc::Slice bytes;
  };

  grpc::Slice Make(v1::SessionEventType type,
                   std::uint64_t revision,
                   const session::Snapshot* session) const;

  const NodeIdentity node_;
  std::mutex mutex_;
  std::vector<Kept> kept_;
};

}  // namespace porthole::control

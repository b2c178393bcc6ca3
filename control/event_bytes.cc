#include "control/event_bytes.h"

#include "control/convert.h"

#include <string>
#include <utility>

namespace porthole::control {
namespace {

constexpr std::size_t kKept = 4096;

v1::SessionEventType TypeOf(session::EventKind kind) {
  switch (kind) {
    case session::EventKind::kOpened:
      return v1::SESSION_EVENT_TYPE_OPENED;
    case session::EventKind::kChanged:
      return v1::SESSION_EVENT_TYPE_CHANGED;
    case session::EventKind::kEnded:
      return v1::SESSION_EVENT_TYPE_ENDED;
  }
  return v1::SESSION_EVENT_TYPE_UNSPECIFIED;
}

grpc::ByteBuffer BufferOf(const grpc::Slice& bytes) {
  return {&bytes, 1};
}

}  // namespace

EventBytes::EventBytes(NodeIdentity node) : node_(std::move(node)), kept_(kKept) {}

grpc::ByteBuffer EventBytes::Of(const session::Event& event) {
  Kept& place = kept_[event.revision % kKept];
  {
    const std::lock_guard lock(mutex_);
    if (place.revision == event.revision) {
      return BufferOf(place.bytes);
    }
  }
  const session::Snapshot snapshot = event.Snap();
  const grpc::Slice bytes = Make(TypeOf(event.kind), event.revision, &snapshot);
  const std::lock_guard lock(mutex_);
  place = {.revision = event.revision, .bytes = bytes};
  return BufferOf(bytes);
}

grpc::ByteBuffer EventBytes::Live(const session::Snapshot& session, std::uint64_t revision) const {
  return BufferOf(Make(v1::SESSION_EVENT_TYPE_LIVE, revision, &session));
}

grpc::ByteBuffer EventBytes::Bare(v1::SessionEventType type, std::uint64_t revision) const {
  return BufferOf(Make(type, revision, nullptr));
}

grpc::Slice EventBytes::Make(v1::SessionEventType type,
                             std::uint64_t revision,
                             const session::Snapshot* session) const {
  v1::WatchSessionsResponse message;
  message.set_type(type);
  message.set_boot_id(node_.boot_id);
  message.set_revision(static_cast<std::int64_t>(revision));
  if (session != nullptr) {
    *message.mutable_session() = ToProto(*session, node_.node_id);
  }
  return grpc::Slice(message.SerializeAsString());
}

}  // namespace porthole::control

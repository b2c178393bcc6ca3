#include "control/session_service.h"

#include "base/status.h"
#include "control/announcing.h"
#include "control/convert.h"
#include "control/ended_stream.h"
#include "control/field.h"
#include "control/revocation.h"
#include "control/selector.h"
#include "control/session_filter.h"
#include "control/updating.h"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace porthole::control {
namespace {

constexpr std::size_t kListChunk = 1000;

absl::StatusOr<std::uint64_t> ReadSequence(const std::string& position) {
  std::uint64_t sequence = 0;
  if (position.empty()) {
    return sequence;
  }
  const char* const end = position.data() + position.size();
  const auto [stopped, error] = std::from_chars(position.data(), end, sequence);
  if (error != std::errc() || stopped != end) {
    return BadField("page_token", "is not one that this process gave for this list; begin again");
  }
  return sequence;
}

// Where a block stands in the list: sorts as the list does, by creation, then id.
std::string PositionOf(const state::Block& block) {
  std::string nanos =
      std::to_string(std::chrono::nanoseconds(block.created.time_since_epoch()).count());
  nanos.insert(0, 20 - std::min<std::size_t>(20, nanos.size()), '0');
  return nanos + block.id;
}

}  // namespace

SessionService::SessionService(const Surroundings& around,
                               const CallBooks& books,
                               std::function<void()> changed)
    : around_(around),
      books_(books),
      changed_(std::move(changed)),
      session_pages_("sessions", around.node.boot_id),
      block_pages_("blocks", around.node.boot_id),
      event_bytes_(around.node),
      feed_(around.sessions.Events(), around.watches.watches),
      watch_books_{.calls = books,
                   .sessions = around.sessions,
                   .bytes = event_bytes_,
                   .feed = feed_,
                   .limits = around.watches} {}

grpc::ServerUnaryReactor* SessionService::ListSessions(grpc::CallbackServerContext* context,
                                                       const v1::ListSessionsRequest* request,
                                                       v1::ListSessionsResponse* response) {
  Call call(books_, *context, "SessionService/ListSessions");
  grpc::ServerUnaryReactor* const reactor = call.Reactor();
  call.Finish(List(*request, *response));
  return reactor;
}

absl::Status SessionService::List(const v1::ListSessionsRequest& request,
                                  v1::ListSessionsResponse& response) const {
  const absl::StatusOr<std::size_t> size = PageSize(request.page_size());
  if (!size.ok()) {
    return size.status();
  }
  const absl::StatusOr<SessionFilter> filter = SessionFilter::Read(request.filter());
  if (!filter.ok()) {
    return filter.status();
  }
  const absl::StatusOr<std::string> position = session_pages_.Position(request.page_token());
  if (!position.ok()) {
    return position.status();
  }
  absl::StatusOr<std::uint64_t> after = ReadSequence(*position);
  if (!after.ok()) {
    return after.status();
  }
  if (FillPage(*filter, *size, *after, response)) {
    response.set_next_page_token(session_pages_.After(std::to_string(*after)));
  }
  return absl::OkStatus();
}

// Adds live sessions that match, those behind `after` in the order of entry, until there are `size`
// and one more matches; whether that is so. `after` becomes the last one that was looked at before.
bool SessionService::FillPage(const SessionFilter& filter,
                              std::size_t size,
                              std::uint64_t& after,
                              v1::ListSessionsResponse& response) const {
  for (;;) {
    const auto chunk = around_.sessions.List(after, kListChunk);
    for (const std::shared_ptr<session::Record>& record : chunk) {
      const session::Snapshot snapshot = record->Snap();
      const bool wanted = snapshot.state != session::State::kEnded && filter.Matches(snapshot);
      if (wanted && static_cast<std::size_t>(response.sessions_size()) == size) {
        return true;
      }
      if (wanted) {
        *response.add_sessions() = ToProto(snapshot, around_.node.node_id);
      }
      after = snapshot.description.sequence;
    }
    if (chunk.size() < kListChunk) {
      return false;
    }
  }
}

grpc::ServerUnaryReactor* SessionService::GetSession(grpc::CallbackServerContext* context,
                                                     const v1::GetSessionRequest* request,
                                                     v1::GetSessionResponse* response) {
  Call call(books_, *context, "SessionService/GetSession");
  grpc::ServerUnaryReactor* const reactor = call.Reactor();
  call.Finish(Get(*request, *response));
  return reactor;
}

absl::Status SessionService::Get(const v1::GetSessionRequest& request,
                                 v1::GetSessionResponse& response) const {
  if (request.session_id().empty()) {
    return BadField("session_id", "is required");
  }
  const std::shared_ptr<session::Record> record = around_.sessions.Find(request.session_id());
  if (record == nullptr) {
    return Error(absl::StatusCode::kNotFound, "no session with this session_id lives here");
  }
  *response.mutable_session() = ToProto(record->Snap(), around_.node.node_id);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* SessionService::RevokeSessions(grpc::CallbackServerContext* context,
                                                         const v1::RevokeSessionsRequest* request,
                                                         v1::RevokeSessionsResponse* response) {
  Call call(books_, *context, "SessionService/RevokeSessions");
  grpc::ServerUnaryReactor* const reactor = call.Reactor();
  absl::StatusOr<admission::Revocation> revocation =
      ReadRevocation(*request, call.CallerName(), around_.token_life);
  if (!revocation.ok()) {
    call.Finish(revocation.status());
    return reactor;
  }
  call.Audit(ToString(revocation->selector));
  if (revocation->selector.kind == SelectorKind::kSession) {
    End(std::move(call), *revocation, *response);
    return reactor;
  }
  const WallTime now = around_.clock.Wall();
  state::Block block = admission::MakeBlock(*revocation, now);
  *response->mutable_block() = ToProto(block);
  around_.blocks.Add(std::move(block), now,
                     [this, response, revocation = *std::move(revocation),
                      moved = std::move(call)](const absl::Status& stored) mutable {
                       changed_();
                       if (!stored.ok()) {
                         moved.Finish(stored);
                         return;
                       }
                       End(std::move(moved), revocation, *response);
                     });
  return reactor;
}

void SessionService::End(Call call,
                         const admission::Revocation& revocation,
                         v1::RevokeSessionsResponse& response) const {
  EndSessions(around_.sessions, revocation.selector, revocation.reason,
              [&response, moved = std::move(call)](const Outcome& outcome) mutable {
                response.set_ended_count(static_cast<std::int32_t>(outcome.ended));
                response.mutable_ending_session_ids()->Assign(outcome.ending.begin(),
                                                              outcome.ending.end());
                moved.Finish(absl::OkStatus());
              });
}

grpc::ServerUnaryReactor* SessionService::ListBlocks(grpc::CallbackServerContext* context,
                                                     const v1::ListBlocksRequest* request,
                                                     v1::ListBlocksResponse* response) {
  Call call(books_, *context, "SessionService/ListBlocks");
  grpc::ServerUnaryReactor* const reactor = call.Reactor();
  call.Finish(List(*request, *response));
  return reactor;
}

absl::Status SessionService::List(const v1::ListBlocksRequest& request,
                                  v1::ListBlocksResponse& response) const {
  const absl::StatusOr<std::size_t> size = PageSize(request.page_size());
  if (!size.ok()) {
    return size.status();
  }
  const absl::StatusOr<std::string> after = block_pages_.Position(request.page_token());
  if (!after.ok()) {
    return after.status();
  }
  std::string last;
  for (const state::Block& block : around_.blocks.List(around_.clock.Wall())) {
    std::string position = PositionOf(block);
    if (position <= *after) {
      continue;
    }
    if (static_cast<std::size_t>(response.blocks_size()) == *size) {
      response.set_next_page_token(block_pages_.After(last));
      break;
    }
    *response.add_blocks() = ToProto(block);
    last = std::move(position);
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* SessionService::LiftBlock(grpc::CallbackServerContext* context,
                                                    const v1::LiftBlockRequest* request,
                                                    v1::LiftBlockResponse* /*response*/) {
  Call call(books_, *context, "SessionService/LiftBlock");
  grpc::ServerUnaryReactor* const reactor = call.Reactor();
  if (request->block_id().empty()) {
    call.Finish(BadField("block_id", "is required"));
    return reactor;
  }
  call.Audit("block \"" + request->block_id() + "\"");
  around_.blocks.Lift(request->block_id(),
                      [this, moved = std::move(call)](const absl::Status& lifted) mutable {
                        changed_();
                        moved.Finish(lifted);
                      });
  return reactor;
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* SessionService::WatchSessions(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  absl::StatusOr<Watch::Start> start = ReadWatch(*request);
  if (!start.ok()) {
    books_.metrics.Finished("SessionService/WatchSessions", static_cast<int>(start.status().code()),
                            std::chrono::nanoseconds(0));
    return new EndedStream<grpc::ByteBuffer>(ToGrpc(start.status()));
  }
  auto* const watch = new Watch(watch_books_, *context, *std::move(start));
  watch->Begin();
  return watch;
}

absl::StatusOr<Watch::Start> SessionService::ReadWatch(const grpc::ByteBuffer& bytes) const {
  v1::WatchSessionsRequest request;
  grpc::ByteBuffer copy = bytes;
  if (!grpc::SerializationTraits<v1::WatchSessionsRequest>::Deserialize(&copy, &request).ok()) {
    return Error(absl::StatusCode::kInvalidArgument, "the request is no WatchSessionsRequest");
  }
  absl::StatusOr<SessionFilter> filter = SessionFilter::Read(request.filter());
  if (!filter.ok()) {
    return filter.status();
  }
  Watch::Start start{.filter = *std::move(filter), .after = std::nullopt};
  if (request.boot_id().empty()) {
    return request.revision() == 0 ? absl::StatusOr<Watch::Start>(std::move(start))
                                   : BadField("revision", "means nothing without boot_id");
  }
  const auto revision = static_cast<std::uint64_t>(request.revision());
  if (request.boot_id() != around_.node.boot_id) {
    return Error(absl::StatusCode::kOutOfRange, "the node has restarted; watch from the beginning");
  }
  if (request.revision() < 0 || !around_.sessions.Events().HoldsAfter(revision)) {
    return Error(absl::StatusCode::kOutOfRange,
                 "the changes after this revision are not held; watch from the beginning");
  }
  start.after = revision;
  return start;
}

grpc::ServerUnaryReactor* SessionService::UpdateSession(grpc::CallbackServerContext* context,
                                                        const v1::UpdateSessionRequest* request,
                                                        v1::UpdateSessionResponse* response) {
  Call call(books_, *context, "SessionService/UpdateSession");
  grpc::ServerUnaryReactor* const reactor = call.Reactor();
  const absl::StatusOr<session::PolicyChange> change =
      ReadPolicyChange(*request, around_.admission.NodePolicy());
  if (!change.ok()) {
    call.Finish(change.status());
    return reactor;
  }
  const std::string& session_id = request->session().session_id();
  call.Audit("session \"" + session_id + "\": " + ToString(*change));
  const std::shared_ptr<session::Record> record = around_.sessions.Find(session_id);
  if (record == nullptr) {
    call.Finish(Error(absl::StatusCode::kNotFound, "no session with this session_id lives here"));
    return reactor;
  }
  // The record is not kept by its own order: a session that never answers would keep both.
  record->ChangePolicy(*change, [this, response, weak = std::weak_ptr(record),
                                 moved = std::move(call)](const absl::Status& changed) mutable {
    if (const auto live = weak.lock(); changed.ok() && live != nullptr) {
      *response->mutable_session() = ToProto(live->Snap(), around_.node.node_id);
    }
    moved.Finish(changed);
  });
  return reactor;
}

grpc::ServerUnaryReactor* SessionService::AnnounceToSessions(
    grpc::CallbackServerContext* context,
    const v1::AnnounceToSessionsRequest* request,
    v1::AnnounceToSessionsResponse* response) {
  Call call(books_, *context, "SessionService/AnnounceToSessions");
  grpc::ServerUnaryReactor* const reactor = call.Reactor();
  const absl::StatusOr<Selector> selector = ReadSelector(request->selector());
  if (!selector.ok()) {
    call.Finish(selector.status());
    return reactor;
  }
  const absl::StatusOr<session::Announcement> announcement = ReadAnnouncement(*request);
  if (!announcement.ok()) {
    call.Finish(announcement.status());
    return reactor;
  }
  call.Audit(ToString(*selector));
  const session::Announced announced = around_.sessions.Announce(*selector, *announcement);
  response->set_sent_count(static_cast<std::int32_t>(announced.sent));
  response->set_unsupported_count(static_cast<std::int32_t>(announced.unsupported));
  call.Finish(absl::OkStatus());
  return reactor;
}

}  // namespace porthole::control

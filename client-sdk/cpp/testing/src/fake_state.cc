#include "fake_state.h"

#include "grpc_status.h"

#include <google/protobuf/util/field_mask_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <google/protobuf/util/time_util.h>

#include <chrono>
#include <utility>

namespace porthole::client_testing {
namespace {

using google::protobuf::util::FieldMaskUtil;
using google::protobuf::util::MessageDifferencer;
using google::protobuf::util::TimeUtil;

constexpr std::chrono::milliseconds kMoment{20};

template <typename Map, typename Get>
auto ValuesOf(const Map& map, Get get) {
  std::vector<std::decay_t<decltype(get(map.begin()->second))>> values;
  values.reserve(map.size());
  for (const auto& [key, value] : map) {
    values.push_back(get(value));
  }
  return values;
}

}  // namespace

FakeState::FakeState(std::string node_id) : node_id_(std::move(node_id)) {
  NewBoot();
}

grpc::Status FakeState::Begin(const std::string& method, const google::protobuf::Message& request) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<google::protobuf::Message> copy(request.New());
  copy->CopyFrom(request);
  calls_.push_back({.method = method, .request = std::move(copy)});
  if (unavailable_) {
    return {grpc::StatusCode::UNAVAILABLE, "made unavailable by the test"};
  }
  std::deque<absl::Status>& failures = failures_[method];
  if (failures.empty()) {
    return grpc::Status::OK;
  }
  const absl::Status failure = failures.front();
  failures.pop_front();
  return ToGrpc(failure);
}

grpc::Status FakeState::PutKey(const v1::PutTokenKeyRequest& request, v1::TokenKey& stored) {
  const std::lock_guard lock(mutex_);
  const auto [place, added] = keys_.try_emplace(request.key_id());
  Key& key = place->second;
  if (!added && !MessageDifferencer::Equals(key.request, request)) {
    return {grpc::StatusCode::ALREADY_EXISTS, "the key id is taken by other material"};
  }
  if (added) {
    key.request = request;
    key.shown.set_key_id(request.key_id());
    key.shown.set_profile(request.has_jwe() ? v1::TOKEN_KEY_PROFILE_JWE
                                            : v1::TOKEN_KEY_PROFILE_CLOUDSTACK);
    // Enough to tell keys apart in a test.
    key.shown.set_fingerprint(
        std::to_string(std::hash<std::string>()(request.SerializeAsString())));
    *key.shown.mutable_create_time() = TimeUtil::GetCurrentTime();
  }
  stored = key.shown;
  return grpc::Status::OK;
}

std::vector<v1::TokenKey> FakeState::Keys() const {
  const std::lock_guard lock(mutex_);
  return ValuesOf(keys_, [](const Key& key) { return key.shown; });
}

bool FakeState::DeleteKey(const std::string& key_id) {
  const std::lock_guard lock(mutex_);
  return keys_.erase(key_id) > 0;
}

void FakeState::Open(const v1::Session& session) {
  const std::lock_guard lock(mutex_);
  v1::Session described = session;
  described.set_node_id(node_id_);
  const auto [place, added] = sessions_.insert_or_assign(session.session_id(), described);
  Tell(added ? v1::SESSION_EVENT_TYPE_OPENED : v1::SESSION_EVENT_TYPE_CHANGED, place->second);
}

bool FakeState::End(const std::string& session_id, v1::EndReason reason) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.extract(session_id);
  if (found.empty()) {
    return false;
  }
  v1::Session ended = found.mapped();
  ended.set_state(v1::SESSION_STATE_ENDED);
  ended.set_end_reason(reason);
  *ended.mutable_end_time() = TimeUtil::GetCurrentTime();
  Tell(v1::SESSION_EVENT_TYPE_ENDED, ended);
  return true;
}

std::vector<v1::Session> FakeState::Sessions(const Matches& matches) const {
  const std::lock_guard lock(mutex_);
  std::vector<v1::Session> sessions;
  for (const auto& [id, session] : sessions_) {
    if (matches(session)) {
      sessions.push_back(session);
    }
  }
  return sessions;
}

grpc::Status FakeState::Update(const v1::UpdateSessionRequest& request, v1::Session& updated) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(request.session().session_id());
  if (found == sessions_.end()) {
    return {grpc::StatusCode::NOT_FOUND, "no such session"};
  }
  FieldMaskUtil::MergeMessageTo(request.session(), request.update_mask(),
                                FieldMaskUtil::MergeOptions(), &found->second);
  updated = found->second;
  Tell(v1::SESSION_EVENT_TYPE_CHANGED, updated);
  return grpc::Status::OK;
}

v1::Block FakeState::AddBlock(const v1::RevokeSessionsRequest& request) {
  const std::lock_guard lock(mutex_);
  const auto now = TimeUtil::GetCurrentTime();
  v1::Block block;
  block.set_block_id("block-" + std::to_string(++last_block_));
  *block.mutable_selector() = request.selector();
  if (!request.has_block_for()) {
    *block.mutable_issued_through_time() = now;
  }
  *block.mutable_create_time() = now;
  *block.mutable_expire_time() =
      now + (request.has_block_for() ? request.block_for() : TimeUtil::MinutesToDuration(11));
  block.set_reason(request.reason());
  block.set_creator("fake");
  return blocks_[block.block_id()] = block;
}

std::vector<v1::Block> FakeState::Blocks() const {
  const std::lock_guard lock(mutex_);
  return ValuesOf(blocks_, [](const v1::Block& block) { return block; });
}

bool FakeState::LiftBlock(const std::string& block_id) {
  const std::lock_guard lock(mutex_);
  return blocks_.erase(block_id) > 0;
}

v1::Node FakeState::Node() const {
  const std::lock_guard lock(mutex_);
  v1::Node node;
  node.set_node_id(node_id_);
  node.set_boot_id("boot-" + std::to_string(boots_));
  node.set_version("fake");
  *node.mutable_start_time() = started_;
  *node.mutable_uptime() = TimeUtil::GetCurrentTime() - started_;
  node.set_session_count(static_cast<std::int32_t>(sessions_.size()));
  node.mutable_limits()->set_sessions(1000);
  node.mutable_store()->set_kind(v1::STORE_KIND_MEMORY);
  node.mutable_store()->set_token_key_count(static_cast<std::int32_t>(keys_.size()));
  node.mutable_store()->set_block_count(static_cast<std::int32_t>(blocks_.size()));
  node.set_draining(draining_);
  if (drain_deadline_.has_value()) {
    *node.mutable_drain_deadline() = *drain_deadline_;
  }
  return node;
}

void FakeState::SetDraining(const std::optional<google::protobuf::Timestamp>& deadline) {
  const std::lock_guard lock(mutex_);
  draining_ = deadline.has_value();
  drain_deadline_ = deadline;
}

FakeState::Event FakeState::EventOf(v1::SessionEventType type) const {
  Event event;
  event.set_type(type);
  event.set_boot_id("boot-" + std::to_string(boots_));
  event.set_revision(revision_);
  return event;
}

void FakeState::Tell(v1::SessionEventType type, const v1::Session& session) {
  ++revision_;
  Event event = EventOf(type);
  *event.mutable_session() = session;
  events_.push_back(std::move(event));
  changed_.notify_all();
}

grpc::Status FakeState::BeginWatch(const v1::WatchSessionsRequest& request,
                                   Watch& watch,
                                   std::vector<Event>& first) {
  const std::lock_guard lock(mutex_);
  const Event synced = EventOf(v1::SESSION_EVENT_TYPE_SYNCED);
  watch = {.generation = generation_, .next_event = events_.size()};
  if (request.boot_id().empty()) {
    for (const auto& [id, session] : sessions_) {
      Event live = EventOf(v1::SESSION_EVENT_TYPE_LIVE);
      *live.mutable_session() = session;
      first.push_back(std::move(live));
    }
    first.push_back(synced);
  } else {
    if (request.boot_id() != synced.boot_id() || request.revision() < oldest_resumable_ ||
        request.revision() > revision_) {
      return {grpc::StatusCode::OUT_OF_RANGE, "that revision is not held"};
    }
    for (const Event& event : events_) {
      if (event.revision() > request.revision()) {
        first.push_back(event);
      }
    }
  }
  ++watches_;
  return grpc::Status::OK;
}

std::optional<FakeState::Event> FakeState::NextEvent(Watch& watch, grpc::Status& ended) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kMoment, [&] {
    return watch.generation != generation_ || watch.next_event < events_.size();
  });
  if (watch.generation != generation_) {
    ended = ToGrpc(watches_ended_);
    return std::nullopt;
  }
  if (watch.next_event < events_.size()) {
    return events_[watch.next_event++];
  }
  return std::nullopt;
}

void FakeState::LeaveWatch() {
  const std::lock_guard lock(mutex_);
  --watches_;
}

void FakeState::Heartbeat() {
  const std::lock_guard lock(mutex_);
  events_.push_back(EventOf(v1::SESSION_EVENT_TYPE_HEARTBEAT));
  changed_.notify_all();
}

void FakeState::FailNext(const std::string& method, const absl::Status& status, std::size_t times) {
  const std::lock_guard lock(mutex_);
  std::deque<absl::Status>& failures = failures_[method];
  failures.insert(failures.end(), times, status);
}

void FakeState::SetUnavailable(bool unavailable) {
  const std::lock_guard lock(mutex_);
  unavailable_ = unavailable;
  if (unavailable) {
    EndWatchesLocked(absl::UnavailableError("made unavailable by the test"));
  }
}

void FakeState::EndWatches(const absl::Status& status) {
  const std::lock_guard lock(mutex_);
  EndWatchesLocked(status);
}

void FakeState::EndWatchesLocked(const absl::Status& status) {
  ++generation_;
  watches_ended_ = status;
  changed_.notify_all();
}

void FakeState::ForgetRevisions() {
  const std::lock_guard lock(mutex_);
  oldest_resumable_ = ++revision_;
}

void FakeState::Restart() {
  const std::lock_guard lock(mutex_);
  EndWatchesLocked(absl::UnavailableError("restarted by the test"));
  keys_.clear();
  sessions_.clear();
  blocks_.clear();
  events_.clear();
  draining_ = false;
  drain_deadline_.reset();
  revision_ = 0;
  oldest_resumable_ = 0;
  NewBoot();
}

void FakeState::NewBoot() {
  ++boots_;
  started_ = TimeUtil::GetCurrentTime();
}

std::vector<RecordedCall> FakeState::Calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::size_t FakeState::WatchCount() const {
  const std::lock_guard lock(mutex_);
  return watches_;
}

}  // namespace porthole::client_testing

#pragma once

#include "porthole/client_testing/fake_node.h"

#include <grpcpp/support/status.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace porthole::client_testing {

// What a FakeNode holds and how its calls change it. Thread-safe.
class FakeState {
 public:
  using Matches = std::function<bool(const v1::Session&)>;
  using Event = v1::WatchSessionsResponse;

  explicit FakeState(std::string node_id);

  // Records a call, and says how it is to fail, if it is.
  grpc::Status Begin(const std::string& method, const google::protobuf::Message& request);

  grpc::Status PutKey(const v1::PutTokenKeyRequest& request, v1::TokenKey& stored);
  std::vector<v1::TokenKey> Keys() const;
  bool DeleteKey(const std::string& key_id);

  void Open(const v1::Session& session);
  bool End(const std::string& session_id, v1::EndReason reason);
  std::vector<v1::Session> Sessions(const Matches& matches) const;
  grpc::Status Update(const v1::UpdateSessionRequest& request, v1::Session& updated);

  v1::Block AddBlock(const v1::RevokeSessionsRequest& request);
  std::vector<v1::Block> Blocks() const;
  bool LiftBlock(const std::string& block_id);

  v1::Node Node() const;
  void SetDraining(const std::optional<google::protobuf::Timestamp>& deadline);

  // A watch: where it is in the events, and how it has to end.
  struct Watch {
    std::uint64_t generation = 0;
    std::size_t next_event = 0;
  };
  // Begins one and gives what it says at first. Errors: OUT_OF_RANGE.
  grpc::Status BeginWatch(const v1::WatchSessionsRequest& request,
                          Watch& watch,
                          std::vector<Event>& first);
  // Waits a moment for what comes next. Nothing: neither an event nor an end.
  std::optional<Event> NextEvent(Watch& watch, grpc::Status& ended);
  void LeaveWatch();

  void Heartbeat();
  void FailNext(const std::string& method, const absl::Status& status, std::size_t times);
  void SetUnavailable(bool unavailable);
  void EndWatches(const absl::Status& status);
  void ForgetRevisions();
  void Restart();
  std::vector<RecordedCall> Calls() const;
  std::size_t WatchCount() const;

 private:
  struct Key {
    v1::PutTokenKeyRequest request;
    v1::TokenKey shown;
  };

  Event EventOf(v1::SessionEventType type) const;
  void Tell(v1::SessionEventType type, const v1::Session& session);
  void EndWatchesLocked(const absl::Status& status);
  void NewBoot();

  const std::string node_id_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<RecordedCall> calls_;
  std::map<std::string, std::deque<absl::Status>> failures_;
  bool unavailable_ = false;

  std::map<std::string, Key> keys_;
  std::map<std::string, v1::Session> sessions_;
  std::map<std::string, v1::Block> blocks_;
  bool draining_ = false;
  std::optional<google::protobuf::Timestamp> drain_deadline_;
  google::protobuf::Timestamp started_;
  int boots_ = 0;
  std::uint64_t last_block_ = 0;

  // Since the boot; a watch has its place in them.
  std::vector<Event> events_;
  std::int64_t revision_ = 0;
  std::int64_t oldest_resumable_ = 0;
  // Watches of an older generation have ended, with the status.
  std::uint64_t generation_ = 0;
  absl::Status watches_ended_;
  std::size_t watches_ = 0;
};

}  // namespace porthole::client_testing

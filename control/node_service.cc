#include "control/node_service.h"

#include "control/convert.h"
#include "control/field.h"
#include "control/revocation.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace porthole::control {
namespace {

constexpr std::chrono::seconds kLongestDrain = std::chrono::days(7);

std::int32_t Count(std::size_t count) {
  constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::min(count, kMost));
}

v1::NodeLimits ToProto(const session::Limits& limits) {
  v1::NodeLimits proto;
  proto.set_sessions(Count(limits.sessions));
  proto.set_sessions_per_console(Count(limits.per_console));
  proto.set_sessions_per_subject(Count(limits.per_subject));
  proto.set_sessions_per_address(Count(limits.per_address));
  return proto;
}

v1::StoreKind KindOf(std::string_view kind) {
  if (kind == "memory") {
    return v1::STORE_KIND_MEMORY;
  }
  return kind == "etcd" ? v1::STORE_KIND_ETCD : v1::STORE_KIND_EMBEDDED;
}

}  // namespace

v1::Node NodeService::Describe() const {
  v1::Node node;
  node.set_node_id(around_.node.node_id);
  node.set_boot_id(around_.node.boot_id);
  node.set_version(around_.node.version);
  *node.mutable_start_time() = control::ToProto(around_.node.started);
  *node.mutable_uptime() = control::ToProto(around_.clock.Steady() - around_.node.started_steady);
  node.set_session_count(Count(around_.sessions.Size()));
  *node.mutable_limits() = ToProto(around_.sessions.CurrentLimits());
  node.mutable_store()->set_kind(KindOf(around_.store.Kind()));
  node.mutable_store()->set_durable(around_.store.RemembersAcrossRestarts());
  node.mutable_store()->set_token_key_count(Count(around_.keys.Size()));
  node.mutable_store()->set_block_count(Count(around_.blocks.Size()));
  node.set_draining(!around_.health.Holds(telemetry::Condition::kNotDraining));
  if (const std::optional<WallTime> deadline = around_.drain.Deadline()) {
    *node.mutable_drain_deadline() = control::ToProto(*deadline);
  }
  return node;
}

grpc::ServerUnaryReactor* NodeService::GetNode(grpc::CallbackServerContext* context,
                                               const v1::GetNodeRequest* /*request*/,
                                               v1::GetNodeResponse* response) {
  Call call(books_, *context, "NodeService/GetNode");
  grpc::ServerUnaryReactor* const reactor = call.Reactor();
  *response->mutable_node() = Describe();
  call.Finish(absl::OkStatus());
  return reactor;
}

grpc::ServerUnaryReactor* NodeService::Drain(grpc::CallbackServerContext* context,
                                             const v1::DrainRequest* request,
                                             v1::DrainResponse* response) {
  Call call(books_, *context, "NodeService/Drain");
  grpc::ServerUnaryReactor* const reactor = call.Reactor();
  const absl::Status reason = CheckShownText("reason", request->reason(), kMaxReasonBytes);
  if (!reason.ok() || !request->has_deadline()) {
    call.Finish(reason.ok() ? BadField("deadline", "is required") : reason);
    return reactor;
  }
  const absl::StatusOr<std::chrono::seconds> limit =
      ReadDuration("deadline", request->deadline(), std::chrono::seconds(0), kLongestDrain);
  if (!limit.ok()) {
    call.Finish(limit.status());
    return reactor;
  }
  call.Audit("in " + std::to_string(limit->count()) + " s");
  around_.drain.Begin(*limit, request->reason());
  *response->mutable_node() = Describe();
  call.Finish(absl::OkStatus());
  return reactor;
}

grpc::ServerUnaryReactor* NodeService::Resume(grpc::CallbackServerContext* context,
                                              const v1::ResumeRequest* /*request*/,
                                              v1::ResumeResponse* response) {
  Call call(books_, *context, "NodeService/Resume");
  grpc::ServerUnaryReactor* const reactor = call.Reactor();
  call.Audit("admits again");
  const absl::Status resumed = around_.drain.Resume();
  *response->mutable_node() = Describe();
  call.Finish(resumed);
  return reactor;
}

}  // namespace porthole::control

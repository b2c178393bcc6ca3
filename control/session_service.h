#pragma once

#include "control/call.h"
#include "control/page.h"
#include "control/session_filter.h"
#include "control/surroundings.h"
#include "control/watch.h"
#include "control/watch_feed.h"
#include "porthole/control/v1/session_service.grpc.pb.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <cstdint>
#include <functional>

namespace porthole::control {

// Sees and ends sessions. Called on gRPC's threads.
class SessionService final : public v1::SessionService::WithRawCallbackMethod_WatchSessions<
                                 v1::SessionService::CallbackService> {
 public:
  // `changed` is called, on any thread, after the number of blocks may have changed.
  SessionService(const Surroundings& around, const CallBooks& books, std::function<void()> changed);

  grpc::ServerUnaryReactor* ListSessions(grpc::CallbackServerContext* context,
                                         const v1::ListSessionsRequest* request,
                                         v1::ListSessionsResponse* response) override;
  grpc::ServerUnaryReactor* GetSession(grpc::CallbackServerContext* context,
                                       const v1::GetSessionRequest* request,
                                       v1::GetSessionResponse* response) override;
  // Raw, so that the bytes of an event are made once for all who watch.
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchSessions(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* RevokeSessions(grpc::CallbackServerContext* context,
                                           const v1::RevokeSessionsRequest* request,
                                           v1::RevokeSessionsResponse* response) override;
  grpc::ServerUnaryReactor* ListBlocks(grpc::CallbackServerContext* context,
                                       const v1::ListBlocksRequest* request,
                                       v1::ListBlocksResponse* response) override;
  grpc::ServerUnaryReactor* LiftBlock(grpc::CallbackServerContext* context,
                                      const v1::LiftBlockRequest* request,
                                      v1::LiftBlockResponse* response) override;
  grpc::ServerUnaryReactor* UpdateSession(grpc::CallbackServerContext* context,
                                          const v1::UpdateSessionRequest* request,
                                          v1::UpdateSessionResponse* response) override;
  grpc::ServerUnaryReactor* AnnounceToSessions(grpc::CallbackServerContext* context,
                                               const v1::AnnounceToSessionsRequest* request,
                                               v1::AnnounceToSessionsResponse* response) override;

  // Ends every watch, for the end of the node.
  void StopWatches() { feed_.Stop(); }

 private:
  absl::StatusOr<Watch::Start> ReadWatch(const grpc::ByteBuffer& bytes) const;
  absl::Status List(const v1::ListSessionsRequest& request,
                    v1::ListSessionsResponse& response) const;
  absl::Status Get(const v1::GetSessionRequest& request, v1::GetSessionResponse& response) const;
  bool FillPage(const SessionFilter& filter,
                std::size_t size,
                std::uint64_t& after,
                v1::ListSessionsResponse& response) const;
  absl::Status List(const v1::ListBlocksRequest& request, v1::ListBlocksResponse& response) const;
  void End(Call call,
           const admission::Revocation& revocation,
           v1::RevokeSessionsResponse& response) const;

  const Surroundings& around_;
  const CallBooks& books_;
  const std::function<void()> changed_;
  const PageTokens session_pages_;
  const PageTokens block_pages_;
  EventBytes event_bytes_;
  WatchFeed feed_;
  const Watch::Books watch_books_;
};

}  // namespace porthole::control

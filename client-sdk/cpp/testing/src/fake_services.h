#pragma once

#include "fake_state.h"
#include "porthole/control/v1/node_service.grpc.pb.h"
#include "porthole/control/v1/session_service.grpc.pb.h"
#include "porthole/control/v1/token_key_service.grpc.pb.h"

namespace porthole::client_testing {

class FakeTokenKeyService final : public v1::TokenKeyService::Service {
 public:
  explicit FakeTokenKeyService(FakeState& state) : state_(state) {}

  grpc::Status PutTokenKey(grpc::ServerContext* call,
                           const v1::PutTokenKeyRequest* request,
                           v1::PutTokenKeyResponse* response) override;
  grpc::Status ListTokenKeys(grpc::ServerContext* call,
                             const v1::ListTokenKeysRequest* request,
                             v1::ListTokenKeysResponse* response) override;
  grpc::Status DeleteTokenKey(grpc::ServerContext* call,
                              const v1::DeleteTokenKeyRequest* request,
                              v1::DeleteTokenKeyResponse* response) override;

 private:
  FakeState& state_;
};

class FakeSessionService final : public v1::SessionService::Service {
 public:
  explicit FakeSessionService(FakeState& state) : state_(state) {}

  grpc::Status ListSessions(grpc::ServerContext* call,
                            const v1::ListSessionsRequest* request,
                            v1::ListSessionsResponse* response) override;
  grpc::Status GetSession(grpc::ServerContext* call,
                          const v1::GetSessionRequest* request,
                          v1::GetSessionResponse* response) override;
  grpc::Status WatchSessions(grpc::ServerContext* call,
                             const v1::WatchSessionsRequest* request,
                             grpc::ServerWriter<v1::WatchSessionsResponse>* writer) override;
  grpc::Status RevokeSessions(grpc::ServerContext* call,
                              const v1::RevokeSessionsRequest* request,
                              v1::RevokeSessionsResponse* response) override;
  grpc::Status ListBlocks(grpc::ServerContext* call,
                          const v1::ListBlocksRequest* request,
                          v1::ListBlocksResponse* response) override;
  grpc::Status LiftBlock(grpc::ServerContext* call,
                         const v1::LiftBlockRequest* request,
                         v1::LiftBlockResponse* response) override;
  grpc::Status UpdateSession(grpc::ServerContext* call,
                             const v1::UpdateSessionRequest* request,
                             v1::UpdateSessionResponse* response) override;
  grpc::Status AnnounceToSessions(grpc::ServerContext* call,
                                  const v1::AnnounceToSessionsRequest* request,
                                  v1::AnnounceToSessionsResponse* response) override;

 private:
  FakeState& state_;
};

class FakeNodeService final : public v1::NodeService::Service {
 public:
  explicit FakeNodeService(FakeState& state) : state_(state) {}

  grpc::Status GetNode(grpc::ServerContext* call,
                       const v1::GetNodeRequest* request,
                       v1::GetNodeResponse* response) override;
  grpc::Status Drain(grpc::ServerContext* call,
                     const v1::DrainRequest* request,
                     v1::DrainResponse* response) override;
  grpc::Status Resume(grpc::ServerContext* call,
                      const v1::ResumeRequest* request,
                      v1::ResumeResponse* response) override;

 private:
  FakeState& state_;
};

}  // namespace porthole::client_testing

#include "channel.h"
#include "porthole/client/connection.h"
#include "porthole/control/v1/node_service.grpc.pb.h"
#include "porthole/control/v1/session_service.grpc.pb.h"
#include "porthole/control/v1/token_key_service.grpc.pb.h"
#include "status.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <string>
#include <utility>

namespace porthole::client {
namespace {

class GrpcConnection final : public Connection {
 public:
  GrpcConnection(const std::shared_ptr<grpc::Channel>& channel, const ConnectionOptions& options)
      : address_(options.address),
        timeout_(options.timeout),
        keys_(v1::TokenKeyService::NewStub(channel)),
        sessions_(v1::SessionService::NewStub(channel)),
        node_(v1::NodeService::NewStub(channel)) {}

  absl::StatusOr<v1::PutTokenKeyResponse> PutTokenKey(
      const v1::PutTokenKeyRequest& request) override {
    return Call("PutTokenKey", *keys_, &v1::TokenKeyService::Stub::PutTokenKey, request);
  }
  absl::StatusOr<v1::ListTokenKeysResponse> ListTokenKeys(
      const v1::ListTokenKeysRequest& request) override {
    return Call("ListTokenKeys", *keys_, &v1::TokenKeyService::Stub::ListTokenKeys, request);
  }
  absl::StatusOr<v1::DeleteTokenKeyResponse> DeleteTokenKey(
      const v1::DeleteTokenKeyRequest& request) override {
    return Call("DeleteTokenKey", *keys_, &v1::TokenKeyService::Stub::DeleteTokenKey, request);
  }
  absl::StatusOr<v1::ListSessionsResponse> ListSessions(
      const v1::ListSessionsRequest& request) override {
    return Call("ListSessions", *sessions_, &v1::SessionService::Stub::ListSessions, request);
  }
  absl::StatusOr<v1::GetSessionResponse> GetSession(const v1::GetSessionRequest& request) override {
    return Call("GetSession", *sessions_, &v1::SessionService::Stub::GetSession, request);
  }
  absl::StatusOr<v1::RevokeSessionsResponse> RevokeSessions(
      const v1::RevokeSessionsRequest& request) override {
    return Call("RevokeSessions", *sessions_, &v1::SessionService::Stub::RevokeSessions, request);
  }
  absl::StatusOr<v1::ListBlocksResponse> ListBlocks(const v1::ListBlocksRequest& request) override {
    return Call("ListBlocks", *sessions_, &v1::SessionService::Stub::ListBlocks, request);
  }
  absl::StatusOr<v1::LiftBlockResponse> LiftBlock(const v1::LiftBlockRequest& request) override {
    return Call("LiftBlock", *sessions_, &v1::SessionService::Stub::LiftBlock, request);
  }
  absl::StatusOr<v1::GetNodeResponse> GetNode(const v1::GetNodeRequest& request) override {
    return Call("GetNode", *node_, &v1::NodeService::Stub::GetNode, request);
  }

 private:
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(const char* name,
                                Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                             const Request&,
                                                             Response*),
                                const Request& request) const {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + timeout_);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) {
      return internal::FromGrpc(status, address_ + ": " + name);
    }
    return response;
  }

  const std::string address_;
  const std::chrono::milliseconds timeout_;
  const std::unique_ptr<v1::TokenKeyService::Stub> keys_;
  const std::unique_ptr<v1::SessionService::Stub> sessions_;
  const std::unique_ptr<v1::NodeService::Stub> node_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<Connection>> MakeConnection(const ConnectionOptions& options) {
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = internal::MakeChannel(options);
  if (!channel.ok()) {
    return channel.status();
  }
  return std::make_shared<GrpcConnection>(*channel, options);
}

}  // namespace porthole::client

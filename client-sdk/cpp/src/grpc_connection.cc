#include "backoff.h"
#include "channel.h"
#include "grpc_session_stream.h"
#include "porthole/client/connection.h"
#include "porthole/control/v1/node_service.grpc.pb.h"
#include "porthole/control/v1/session_service.grpc.pb.h"
#include "porthole/control/v1/token_key_service.grpc.pb.h"
#include "status.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

namespace porthole::client {
namespace {

// Whether a call may be made again that the node did not answer.
enum class Repeat : std::uint8_t { kNever, kWhenUnavailable };

class GrpcConnection final : public Connection {
 public:
  GrpcConnection(const std::shared_ptr<grpc::Channel>& channel, const ConnectionOptions& options)
      : address_(options.address),
        timeout_(options.timeout),
        retry_(options.retry),
        keys_(v1::TokenKeyService::NewStub(channel)),
        sessions_(v1::SessionService::NewStub(channel)),
        node_(v1::NodeService::NewStub(channel)) {}

  absl::StatusOr<v1::PutTokenKeyResponse> PutTokenKey(
      const v1::PutTokenKeyRequest& request) override {
    return Call<v1::PutTokenKeyResponse>(
        "PutTokenKey", Repeat::kWhenUnavailable,
        [&](auto* call, auto* answer) { return keys_->PutTokenKey(call, request, answer); });
  }
  absl::StatusOr<v1::ListTokenKeysResponse> ListTokenKeys(
      const v1::ListTokenKeysRequest& request) override {
    return Call<v1::ListTokenKeysResponse>(
        "ListTokenKeys", Repeat::kWhenUnavailable,
        [&](auto* call, auto* answer) { return keys_->ListTokenKeys(call, request, answer); });
  }
  absl::StatusOr<v1::DeleteTokenKeyResponse> DeleteTokenKey(
      const v1::DeleteTokenKeyRequest& request) override {
    return Call<v1::DeleteTokenKeyResponse>(
        "DeleteTokenKey", Repeat::kNever,
        [&](auto* call, auto* answer) { return keys_->DeleteTokenKey(call, request, answer); });
  }
  absl::StatusOr<v1::ListSessionsResponse> ListSessions(
      const v1::ListSessionsRequest& request) override {
    return Call<v1::ListSessionsResponse>(
        "ListSessions", Repeat::kWhenUnavailable,
        [&](auto* call, auto* answer) { return sessions_->ListSessions(call, request, answer); });
  }
  absl::StatusOr<v1::GetSessionResponse> GetSession(const v1::GetSessionRequest& request) override {
    return Call<v1::GetSessionResponse>(
        "GetSession", Repeat::kWhenUnavailable,
        [&](auto* call, auto* answer) { return sessions_->GetSession(call, request, answer); });
  }
  absl::StatusOr<v1::RevokeSessionsResponse> RevokeSessions(
      const v1::RevokeSessionsRequest& request) override {
    return Call<v1::RevokeSessionsResponse>(
        "RevokeSessions", Repeat::kNever,
        [&](auto* call, auto* answer) { return sessions_->RevokeSessions(call, request, answer); });
  }
  absl::StatusOr<v1::ListBlocksResponse> ListBlocks(const v1::ListBlocksRequest& request) override {
    return Call<v1::ListBlocksResponse>(
        "ListBlocks", Repeat::kWhenUnavailable,
        [&](auto* call, auto* answer) { return sessions_->ListBlocks(call, request, answer); });
  }
  absl::StatusOr<v1::LiftBlockResponse> LiftBlock(const v1::LiftBlockRequest& request) override {
    return Call<v1::LiftBlockResponse>("LiftBlock", Repeat::kNever, [&](auto* call, auto* answer) {
      return sessions_->LiftBlock(call, request, answer);
    });
  }
  absl::StatusOr<v1::UpdateSessionResponse> UpdateSession(
      const v1::UpdateSessionRequest& request) override {
    return Call<v1::UpdateSessionResponse>(
        "UpdateSession", Repeat::kWhenUnavailable,
        [&](auto* call, auto* answer) { return sessions_->UpdateSession(call, request, answer); });
  }
  absl::StatusOr<v1::AnnounceToSessionsResponse> AnnounceToSessions(
      const v1::AnnounceToSessionsRequest& request) override {
    return Call<v1::AnnounceToSessionsResponse>(
        "AnnounceToSessions", Repeat::kNever, [&](auto* call, auto* answer) {
          return sessions_->AnnounceToSessions(call, request, answer);
        });
  }
  absl::StatusOr<v1::GetNodeResponse> GetNode(const v1::GetNodeRequest& request) override {
    return Call<v1::GetNodeResponse>(
        "GetNode", Repeat::kWhenUnavailable,
        [&](auto* call, auto* answer) { return node_->GetNode(call, request, answer); });
  }
  absl::StatusOr<v1::DrainResponse> Drain(const v1::DrainRequest& request) override {
    return Call<v1::DrainResponse>("Drain", Repeat::kNever, [&](auto* call, auto* answer) {
      return node_->Drain(call, request, answer);
    });
  }
  absl::StatusOr<v1::ResumeResponse> Resume(const v1::ResumeRequest& request) override {
    return Call<v1::ResumeResponse>("Resume", Repeat::kNever, [&](auto* call, auto* answer) {
      return node_->Resume(call, request, answer);
    });
  }
  std::unique_ptr<SessionStream> WatchSessions(const v1::WatchSessionsRequest& request) override {
    return internal::MakeGrpcSessionStream(*sessions_, request, address_ + ": WatchSessions");
  }

 private:
  // Makes a call, and makes it again where that is harmless, all within one time limit.
  template <typename Response, typename Method>
  absl::StatusOr<Response> Call(const char* name, Repeat repeat, Method method) const {
    const auto deadline = std::chrono::system_clock::now() + timeout_;
    internal::Backoff backoff(retry_.backoff, timeout_);
    for (int left = repeat == Repeat::kNever ? 1 : retry_.attempts;; --left) {
      grpc::ClientContext context;
      context.set_deadline(deadline);
      Response response;
      const grpc::Status status = method(&context, &response);
      if (status.ok()) {
        return response;
      }
      const auto wait = backoff.Next();
      if (status.error_code() != grpc::StatusCode::UNAVAILABLE || left <= 1 ||
          std::chrono::system_clock::now() + wait >= deadline) {
        return internal::FromGrpc(status, address_ + ": " + name);
      }
      std::this_thread::sleep_for(wait);
    }
  }

  const std::string address_;
  const std::chrono::milliseconds timeout_;
  const RetryOptions retry_;
  const std::unique_ptr<v1::TokenKeyService::Stub> keys_;
  const std::unique_ptr<v1::SessionService::Stub> sessions_;
  const std::unique_ptr<v1::NodeService::Stub> node_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<Connection>> MakeConnection(const ConnectionOptions& options) {
  if (options.timeout.count() <= 0 || options.retry.attempts < 1 ||
      options.retry.backoff.count() < 0) {
    return internal::InvalidArgument("timeout and attempts must be more than 0, backoff not less");
  }
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = internal::MakeChannel(options);
  if (!channel.ok()) {
    return channel.status();
  }
  return std::make_shared<GrpcConnection>(*channel, options);
}

}  // namespace porthole::client

#pragma once

#include "control/call.h"
#include "control/page.h"
#include "control/surroundings.h"
#include "porthole/control/v1/token_key_service.grpc.pb.h"

#include <absl/status/status.h>

#include <functional>

namespace porthole::control {

// Keeps the token keys. Called on gRPC's threads.
class TokenKeyService final : public v1::TokenKeyService::CallbackService {
 public:
  // `changed` is called, on any thread, after the number of keys may have changed.
  TokenKeyService(const Surroundings& around,
                  const CallBooks& books,
                  std::function<void()> changed);

  grpc::ServerUnaryReactor* PutTokenKey(grpc::CallbackServerContext* context,
                                        const v1::PutTokenKeyRequest* request,
                                        v1::PutTokenKeyResponse* response) override;
  grpc::ServerUnaryReactor* ListTokenKeys(grpc::CallbackServerContext* context,
                                          const v1::ListTokenKeysRequest* request,
                                          v1::ListTokenKeysResponse* response) override;
  grpc::ServerUnaryReactor* DeleteTokenKey(grpc::CallbackServerContext* context,
                                           const v1::DeleteTokenKeyRequest* request,
                                           v1::DeleteTokenKeyResponse* response) override;

 private:
  void FinishPut(Call call,
                 const std::string& key_id,
                 v1::PutTokenKeyResponse& response,
                 const absl::Status& stored) const;
  void EndSessionsOf(Call call,
                     const v1::DeleteTokenKeyRequest& request,
                     v1::DeleteTokenKeyResponse& response) const;
  absl::Status List(const v1::ListTokenKeysRequest& request,
                    v1::ListTokenKeysResponse& response) const;

  const Surroundings& around_;
  const CallBooks& books_;
  const std::function<void()> changed_;
  const PageTokens pages_;
};

}  // namespace porthole::control

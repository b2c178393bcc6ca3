#pragma once

#include "control/call.h"
#include "control/surroundings.h"
#include "porthole/control/v1/node_service.grpc.pb.h"

namespace porthole::control {

// Says what the node is. Called on gRPC's threads.
class NodeService final : public v1::NodeService::CallbackService {
 public:
  NodeService(const Surroundings& around, const CallBooks& books)
      : around_(around), books_(books) {}

  grpc::ServerUnaryReactor* GetNode(grpc::CallbackServerContext* context,
                                    const v1::GetNodeRequest* request,
                                    v1::GetNodeResponse* response) override;
  grpc::ServerUnaryReactor* Drain(grpc::CallbackServerContext* context,
                                  const v1::DrainRequest* request,
                                  v1::DrainResponse* response) override;
  grpc::ServerUnaryReactor* Resume(grpc::CallbackServerContext* context,
                                   const v1::ResumeRequest* request,
                                   v1::ResumeResponse* response) override;

 private:
  v1::Node Describe() const;

  const Surroundings& around_;
  const CallBooks& books_;
};

}  // namespace porthole::control

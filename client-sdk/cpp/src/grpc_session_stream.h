#pragma once

#include "porthole/client/connection.h"
#include "porthole/control/v1/session_service.grpc.pb.h"

#include <memory>
#include <string>

namespace porthole::client::internal {

// Begins a WatchSessions call. `context` begins every error's message. `stub` must outlive it.
std::unique_ptr<SessionStream> MakeGrpcSessionStream(v1::SessionService::Stub& stub,
                                                     const v1::WatchSessionsRequest& request,
                                                     std::string context);

}  // namespace porthole::client::internal

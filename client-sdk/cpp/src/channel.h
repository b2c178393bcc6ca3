#pragma once

#include "porthole/client/connection_options.h"

#include <absl/status/statusor.h>
#include <grpcpp/channel.h>

#include <memory>

namespace porthole::client::internal {

// A channel to one node, not yet connected. Errors: as MakeConnection().
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const ConnectionOptions& options);

}  // namespace porthole::client::internal

#pragma once

#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/status.h>

namespace porthole::control {

// A stream that ends before its first message. Owns itself, as gRPC's stream reactors must: gone
// with OnDone().
template <typename Message>
class EndedStream final : public grpc::ServerWriteReactor<Message> {
 public:
  explicit EndedStream(const grpc::Status& status) { this->Finish(status); }

  void OnDone() override { delete this; }
};

}  // namespace porthole::control

#include "porthole/client_testing/fake_node.h"

#include "fake_services.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <stdexcept>

namespace porthole::client_testing {

class FakeNode::Server {
 public:
  explicit Server(const std::string& node_id)
      : state_(node_id), keys_(state_), sessions_(state_), node_(state_) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&keys_);
    builder.RegisterService(&sessions_);
    builder.RegisterService(&node_);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0) {
      throw std::runtime_error("the fake node cannot listen on 127.0.0.1");
    }
  }

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  ~Server() {
    // Watches end at once; calls that answer have a moment for it.
    state_.EndWatches(absl::UnavailableError("the fake node is gone"));
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  }

  FakeState& State() { return state_; }
  int Port() const { return port_; }

 private:
  FakeState state_;
  FakeTokenKeyService keys_;
  FakeSessionService sessions_;
  FakeNodeService node_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

FakeNode::FakeNode(const std::string& node_id)
    : server_(std::make_unique<Server>(node_id)),
      address_("127.0.0.1:" + std::to_string(server_->Port())) {}

FakeNode::~FakeNode() = default;

client::ConnectionOptions FakeNode::Options() const {
  return {.address = address_, .tls = std::nullopt, .plaintext = true};
}

void FakeNode::Open(const v1::Session& session) {
  server_->State().Open(session);
}

void FakeNode::End(const std::string& session_id, v1::EndReason reason) {
  server_->State().End(session_id, reason);
}

void FakeNode::Heartbeat() {
  server_->State().Heartbeat();
}

void FakeNode::FailNext(const std::string& method, const absl::Status& status, std::size_t times) {
  server_->State().FailNext(method, status, times);
}

void FakeNode::SetUnavailable(bool unavailable) {
  server_->State().SetUnavailable(unavailable);
}

void FakeNode::EndWatches(const absl::Status& status) {
  server_->State().EndWatches(status);
}

void FakeNode::ForgetRevisions() {
  server_->State().ForgetRevisions();
}

void FakeNode::Restart() {
  server_->State().Restart();
}

std::vector<RecordedCall> FakeNode::Calls() const {
  return server_->State().Calls();
}

std::vector<v1::Session> FakeNode::Sessions() const {
  return server_->State().Sessions([](const v1::Session&) { return true; });
}

std::vector<v1::TokenKey> FakeNode::TokenKeys() const {
  return server_->State().Keys();
}

std::size_t FakeNode::WatchCount() const {
  return server_->State().WatchCount();
}

}  // namespace porthole::client_testing

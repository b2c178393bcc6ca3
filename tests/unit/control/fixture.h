#pragma once

#include "admission/admission.h"
#include "admission/blocks.h"
#include "admission/durable_keys.h"
#include "control/server.h"
#include "fake_session.h"
#include "porthole/control/v1/node_service.grpc.pb.h"
#include "porthole/control/v1/session_service.grpc.pb.h"
#include "porthole/control/v1/token_key_service.grpc.pb.h"
#include "session/registry.h"
#include "state/memory_store.h"
#include "telemetry/metrics.h"
#include "tests/support/audit_lines.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"
#include "token/key_ring.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <sstream>
#include <string>

namespace porthole::control {

// A control server over real rooms and a clock that stands still, on a unix socket unless the test
// says otherwise, and a client of it.
class ControlTest : public testing::Test {
 protected:
  ControlTest() : ControlTest(std::make_unique<state::MemoryStore>()) {}

  explicit ControlTest(std::unique_ptr<state::StateStore> store)
      : store_(std::move(store)),
        log_(telemetry::Level::kDebug, clock_, log_lines_),
        metrics_({.version = "1.2.3", .revision = "r"}, 1),
        durable_keys_(keys_, *store_),
        blocks_(*store_),
        admission_(config::Configuration(),
                   {.keys = keys_,
                    .blocks = blocks_,
                    .store = *store_,
                    .clock = clock_,
                    .target_check = [](const Target&) { return absl::OkStatus(); },
                    .process_started = clock_.Wall()}),
        drain_({.clock = clock_,
                .admission = admission_,
                .sessions = sessions_,
                .health = health_,
                .metrics = metrics_.node},
               [this] {
                 if (server_ != nullptr) {
                   server_->RefreshHealth();
                 }
               }) {}

  Surroundings Around() {
    return {.clock = clock_,
            .log = log_,
            .audit = audit_.Log(),
            .metrics = metrics_.control,
            .health = health_,
            .keys = keys_,
            .durable_keys = durable_keys_,
            .blocks = blocks_,
            .drain = drain_,
            .admission = admission_,
            .sessions = sessions_,
            .store = *store_,
            .node = {.node_id = "node-1",
                     .boot_id = "boot-1",
                     .version = "1.2.3",
                     .started = clock_.Wall(),
                     .started_steady = clock_.Steady()},
            .watches = watch_limits_};
  }

  std::string SocketPath() const { return directory_.At("control.sock"); }

  config::Control OnUnixSocket(config::Role role = config::Role::kAdmin) const {
    config::Control control;
    control.unix_socket = config::ControlUnix{.path = SocketPath(), .role = role, .group = ""};
    return control;
  }

  // Starts the server and connects to the unix socket.
  void Serve(const config::Control& control) {
    server_ = std::make_unique<ControlServer>(control, Around());
    const absl::StatusOr<std::vector<ControlAddress>> started = server_->Start();
    ASSERT_TRUE(started.ok()) << started.status().ToString();
    addresses_ = *started;
    Connect(grpc::CreateChannel("unix:" + SocketPath(), grpc::InsecureChannelCredentials()));
  }

  void Connect(const std::shared_ptr<grpc::Channel>& channel) {
    channel_ = channel;
    token_keys_ = v1::TokenKeyService::NewStub(channel);
    session_stub_ = v1::SessionService::NewStub(channel);
    node_ = v1::NodeService::NewStub(channel);
  }

  // Calls `method` of `stub`; the answer goes into `response`.
  template <typename Stub, typename Request, typename Response>
  static grpc::Status Call(Stub& stub,
                           grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                        const Request&,
                                                        Response*),
                           const Request& request,
                           Response& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    return (stub.*method)(&context, request, &response);
  }

  grpc::Status PutKey(const std::string& id, const std::string& material) {
    v1::PutTokenKeyRequest request;
    request.set_key_id(id);
    request.mutable_jwe()->set_material(material);
    v1::PutTokenKeyResponse response;
    return Call(*token_keys_, &v1::TokenKeyService::Stub::PutTokenKey, request, response);
  }

  // What the server has written down so far.
  double CountOf(const std::string& series) const {
    const std::string scrape = metrics_.Scrape();
    const std::size_t found = scrape.find("\n" + series + " ");
    return found == std::string::npos ? -1 : std::stod(scrape.substr(found + series.size() + 2));
  }

  const std::unique_ptr<state::StateStore> store_;
  TempDirectory directory_;
  FakeClock clock_;
  std::ostringstream log_lines_;
  telemetry::Logger log_;
  AuditLines audit_{clock_};
  telemetry::Health health_;
  telemetry::Metrics metrics_;
  token::KeyRing keys_;
  admission::DurableKeys durable_keys_;
  admission::BlockList blocks_;
  admission::Admission admission_;
  session::SessionRegistry sessions_{session::Limits()};
  Drain drain_;
  WatchLimits watch_limits_;
  std::unique_ptr<ControlServer> server_;
  std::vector<ControlAddress> addresses_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::TokenKeyService::Stub> token_keys_;
  std::unique_ptr<v1::SessionService::Stub> session_stub_;
  std::unique_ptr<v1::NodeService::Stub> node_;
};

}  // namespace porthole::control

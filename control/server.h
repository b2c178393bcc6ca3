#pragma once

#include "config/configuration.h"
#include "control/call.h"
#include "control/grpc_log.h"
#include "control/node_service.h"
#include "control/reloading_credentials.h"
#include "control/session_service.h"
#include "control/surroundings.h"
#include "control/token_key_service.h"

#include <absl/status/statusor.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace porthole::control {

// Where the control API listens, for the log line "listening".
struct ControlAddress {
  std::string address;  // "127.0.0.1:41234" or "unix:/path"
  bool tls = false;
};

// The control API of a node: the gRPC services on their listeners. Made and ended by `main`; its
// calls run on gRPC's threads.
class ControlServer {
 public:
  ControlServer(config::Control configuration, Surroundings around);
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;
  // Ends as Shutdown(0) does, if it runs.
  ~ControlServer();

  // Listens, and returns where: once, before anything else. Errors: with the file, path or address
  // and the cause; then nothing listens.
  absl::StatusOr<std::vector<ControlAddress>> Start();

  // The TCP port that Start() took; 0: none is configured.
  std::uint16_t TcpPort() const { return static_cast<std::uint16_t>(tcp_port_); }

  // Takes over from `health` what grpc.health.v1 answers. To be called whenever a condition may
  // have changed; the changes that come through the API are seen to here. Thread-safe.
  void RefreshHealth();

  // Takes the certificates, the client CA and the callers of `changed` for connections from now on;
  // those that there are go on. Nothing else of it can change. Errors: those of the files; then
  // the certificates stay as they were. On the thread that made the server.
  absl::Status Reload(const config::Control& changed);

  // Takes no new call, gives those under way until `limit` and cuts them then. Returns when all are
  // done. Idempotent.
  void Shutdown(std::chrono::milliseconds limit);

 private:
  absl::Status AddUnix(grpc::ServerBuilder& builder);
  absl::Status AddTcp(grpc::ServerBuilder& builder);
  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeTlsCredentials(
      const config::ControlTcp& tcp, const std::shared_ptr<Gate>& gate);
  void Configure(grpc::ServerBuilder& builder);
  std::vector<ControlAddress> Addresses() const;
  void TokenKeysChanged();
  void BlocksChanged();

  const config::Control configuration_;
  const Surroundings around_;
  const GrpcLog grpc_log_;
  CallBooks books_;
  TokenKeyService token_keys_;
  SessionService sessions_;
  NodeService node_;
  int tcp_port_ = 0;
  std::shared_ptr<ReloadingCredentials> tls_;  // null without
  std::mutex server_mutex_;  // guards server_ against RefreshHealth() from other threads
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace porthole::control

#include "control/server.h"

#include "base/status.h"
#include "control/certificate_files.h"
#include "control/listeners.h"
#include "control/unix_socket.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>

#include <utility>

namespace porthole::control {
namespace {

constexpr int kMaxRequestBytes = 64 * 1024;
constexpr int kMaxStreamsPerConnection = 256;
constexpr int kMaxMetadataBytes = 8 * 1024;
constexpr int kHandshakeLimitMs = 10'000;
constexpr int kKeepAliveMs = 30'000;
constexpr int kKeepAliveAnswerMs = 10'000;
constexpr int kLeastPingIntervalMs = 5'000;
constexpr std::size_t kMaxMemoryBytes = std::size_t{64} << 20U;

}  // namespace

ControlServer::ControlServer(config::Control configuration, Surroundings around)
    : configuration_(std::move(configuration)),
      around_(std::move(around)),
      grpc_log_(around_.log),
      books_{.clock = around_.clock,
             .log = around_.log,
             .audit = around_.audit,
             .metrics = around_.metrics,
             .unix_gate = nullptr,
             .tcp_gate = nullptr},
      token_keys_(around_, books_, [this] { TokenKeysChanged(); }),
      sessions_(around_, books_, [this] { BlocksChanged(); }),
      node_(around_, books_) {}

ControlServer::~ControlServer() {
  Shutdown(std::chrono::milliseconds(0));
}

absl::StatusOr<std::vector<ControlAddress>> ControlServer::Start() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  for (const absl::Status& added : {AddUnix(builder), AddTcp(builder)}) {
    if (!added.ok()) {
      return added;
    }
  }
  Configure(builder);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    return Error(absl::StatusCode::kFailedPrecondition,
                 "the control API cannot listen; the log says why");
  }
  {
    const std::lock_guard lock(server_mutex_);
    server_ = std::move(server);
  }
  if (configuration_.unix_socket.has_value()) {
    absl::Status guarded = ProtectSocket(*configuration_.unix_socket);
    if (!guarded.ok()) {
      Shutdown(std::chrono::milliseconds(0));
      return guarded;
    }
  }
  TokenKeysChanged();
  BlocksChanged();
  return Addresses();
}

absl::Status ControlServer::AddUnix(grpc::ServerBuilder& builder) {
  if (!configuration_.unix_socket.has_value()) {
    return absl::OkStatus();
  }
  absl::Status ready = PrepareSocket(*configuration_.unix_socket);
  if (!ready.ok()) {
    return ready;
  }
  const std::shared_ptr<Gate> gate =
      MakeGate(*configuration_.unix_socket,
               {.log = around_.log, .audit = around_.audit, .metrics = around_.metrics});
  books_.unix_gate = gate;
  builder.AddListeningPort("unix:" + configuration_.unix_socket->path, MakeUnixCredentials(gate));
  return absl::OkStatus();
}

absl::Status ControlServer::AddTcp(grpc::ServerBuilder& builder) {
  if (!configuration_.tcp.has_value()) {
    return absl::OkStatus();
  }
  const std::shared_ptr<Gate> gate =
      MakeGate(*configuration_.tcp, configuration_.callers,
               {.log = around_.log, .audit = around_.audit, .metrics = around_.metrics});
  books_.tcp_gate = gate;
  const absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> credentials =
      configuration_.tcp->plaintext ? MakePlaintextCredentials(*configuration_.tcp, gate)
                                    : MakeTlsCredentials(*configuration_.tcp, gate);
  if (!credentials.ok()) {
    return credentials.status();
  }
  absl::Status free = ProbePort(*configuration_.tcp);
  if (!free.ok()) {
    return free;
  }
  builder.AddListeningPort(HostAndPort(configuration_.tcp->address, configuration_.tcp->port),
                           *credentials, &tcp_port_);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ControlServer::MakeTlsCredentials(
    const config::ControlTcp& tcp, const std::shared_ptr<Gate>& gate) {
  absl::StatusOr<CertificatePems> pems = ReadCertificates(tcp);
  if (!pems.ok()) {
    return pems.status();
  }
  tls_ = std::make_shared<ReloadingCredentials>(*std::move(pems), gate);
  return tls_;
}

absl::Status ControlServer::Reload(const config::Control& changed) {
  if (tls_ == nullptr || !changed.tcp.has_value() || changed.tcp->plaintext) {
    return absl::OkStatus();
  }
  // Whatever becomes of the certificates: a role that was taken away is gone.
  books_.tcp_gate->SetCallers(Callers(changed.callers));
  absl::StatusOr<CertificatePems> pems = ReadCertificates(*changed.tcp);
  if (!pems.ok()) {
    return pems.status();
  }
  tls_->Replace(*std::move(pems));
  return absl::OkStatus();
}

void ControlServer::Configure(grpc::ServerBuilder& builder) {
  builder.RegisterService(&token_keys_);
  builder.RegisterService(&sessions_);
  builder.RegisterService(&node_);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.SetResourceQuota(grpc::ResourceQuota("control").Resize(kMaxMemoryBytes));
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeLimitMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepAliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepAliveAnswerMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kLeastPingIntervalMs);
}

std::vector<ControlAddress> ControlServer::Addresses() const {
  std::vector<ControlAddress> addresses;
  if (configuration_.unix_socket.has_value()) {
    addresses.push_back({.address = "unix:" + configuration_.unix_socket->path, .tls = false});
  }
  if (configuration_.tcp.has_value()) {
    addresses.push_back(
        {.address = HostAndPort(configuration_.tcp->address, static_cast<std::uint16_t>(tcp_port_)),
         .tls = !configuration_.tcp->plaintext});
  }
  return addresses;
}

void ControlServer::TokenKeysChanged() {
  const std::size_t count = around_.keys.Size();
  around_.metrics.token_keys.Set(static_cast<double>(count));
  around_.health.Set(telemetry::Condition::kTokenKeys, count > 0);
  RefreshHealth();
}

void ControlServer::BlocksChanged() {
  around_.metrics.blocks.Set(static_cast<double>(around_.blocks.Size()));
}

void ControlServer::RefreshHealth() {
  const std::lock_guard lock(server_mutex_);
  if (server_ != nullptr) {
    server_->GetHealthCheckService()->SetServingStatus(around_.health.Ready());
  }
}

void ControlServer::Shutdown(std::chrono::milliseconds limit) {
  std::unique_ptr<grpc::Server> server;
  {
    const std::lock_guard lock(server_mutex_);
    server = std::move(server_);
  }
  if (server != nullptr) {
    sessions_.StopWatches();
    server->Shutdown(std::chrono::system_clock::now() + limit);
    server->Wait();
  }
}

}  // namespace porthole::control

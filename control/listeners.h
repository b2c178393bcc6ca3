#pragma once

#include "config/configuration.h"
#include "control/gate.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

namespace porthole::control {

// "127.0.0.1:9443", "[::1]:9443"
std::string HostAndPort(const IpAddress& address, std::uint16_t port);

// Binds the address and lets it go again: gRPC says no more of a failure than that there was one.
// Errors: FAILED_PRECONDITION with the address and the cause.
absl::Status ProbePort(const config::ControlTcp& tcp);

// Who may come in by TCP, and what they are.
std::shared_ptr<Gate> MakeGate(const config::ControlTcp& tcp,
                               const std::vector<config::Caller>& callers,
                               Gate::Books books);
std::shared_ptr<Gate> MakeGate(const config::ControlUnix& socket, Gate::Books books);

// How a listener without TLS speaks, with `gate` before every call. Errors: INVALID_ARGUMENT on an
// address that is not loopback.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakePlaintextCredentials(
    const config::ControlTcp& tcp, const std::shared_ptr<Gate>& gate);
std::shared_ptr<grpc::ServerCredentials> MakeUnixCredentials(const std::shared_ptr<Gate>& gate);

}  // namespace porthole::control

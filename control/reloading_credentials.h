#pragma once

#include "control/certificate_files.h"
#include "control/gate.h"

#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <mutex>
#include <string>

namespace porthole::control {

// Mutual TLS whose certificates can be replaced while the server runs: connections that there are
// keep theirs, new ones get the new. What is given must be known to fit together: gRPC would take
// anything. gRPC 1.51 offers this in its C interface only. Thread-safe.
class ReloadingCredentials final : public grpc::ServerCredentials {
 public:
  ReloadingCredentials(CertificatePems pems, std::shared_ptr<Gate> gate);
  ReloadingCredentials(const ReloadingCredentials&) = delete;
  ReloadingCredentials& operator=(const ReloadingCredentials&) = delete;
  ~ReloadingCredentials() override;

  // For the connections from now on.
  void Replace(CertificatePems pems);

  // The gate is given once, to the constructor.
  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& processor) override;

 private:
  // What gRPC's callbacks work with; gRPC keeps it beyond this object.
  struct Source;

  int AddPortToServer(const std::string& address, grpc_server* server) override;

  const std::shared_ptr<Source> source_;
  grpc_server_credentials* const credentials_;
};

}  // namespace porthole::control

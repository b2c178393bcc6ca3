#pragma once

#include "control/callers.h"
#include "telemetry/audit.h"
#include "telemetry/control_metrics.h"
#include "telemetry/log.h"

#include <absl/status/statusor.h>
#include <grpcpp/security/auth_metadata_processor.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

namespace porthole::control {

// Stands before every call that comes in through one listener, health and reflection included: who
// has no role, or too small a one, gets no further. Thread-safe.
class Gate final : public grpc::AuthMetadataProcessor {
 public:
  struct Books {
    telemetry::Logger& log;
    telemetry::AuditLog& audit;
    telemetry::ControlMetrics& metrics;
  };

  // For mutual TLS: the certificate decides.
  Gate(Callers callers, Books books)
      : callers_(std::make_shared<const Callers>(std::move(callers))), books_(books) {}
  // For a unix socket or loopback plaintext: everybody who can connect is `everybody`.
  Gate(Identity everybody, Books books) : everybody_(std::move(everybody)), books_(books) {}

  bool IsBlocking() const override { return false; }
  grpc::Status Process(const InputMetadata& metadata,
                       grpc::AuthContext* context,
                       OutputMetadata* consumed,
                       OutputMetadata* response) override;

  // Whom it knows from now on; for mutual TLS.
  void SetCallers(Callers callers);

  // Who calls over a connection with this context. Errors: those of Callers::Identify().
  absl::StatusOr<Identity> Who(const grpc::AuthContext& context) const;

 private:
  absl::Status Judge(std::string_view path, const grpc::AuthContext& context) const;

  mutable std::mutex mutex_;                // guards callers_
  std::shared_ptr<const Callers> callers_;  // null where everybody is the same
  const std::optional<Identity> everybody_;
  const Books books_;
};

}  // namespace porthole::control

#pragma once

#include "base/clock.h"
#include "control/gate.h"
#include "telemetry/audit.h"
#include "telemetry/control_metrics.h"
#include "telemetry/log.h"

#include <absl/status/status.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>
#include <string_view>

namespace porthole::control {

grpc::Status ToGrpc(const absl::Status& status);

// What a method of the contract answers that this version does not have.
absl::Status NotYet(std::string_view method);

// Where calls are written down. All outlive the server.
struct CallBooks {
  const Clock& clock;
  telemetry::Logger& log;
  telemetry::AuditLog& audit;
  telemetry::ControlMetrics& metrics;
  // Say who calls; null where there is no such listener.
  std::shared_ptr<const Gate> unix_gate;
  std::shared_ptr<Gate> tcp_gate;
};

// One unary call, from its arrival to its one answer. Moves along to whichever thread finishes it.
class Call {
 public:
  // `method` is "Service/Method" and lives for ever.
  Call(const CallBooks& books, grpc::CallbackServerContext& context, std::string_view method);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  Call(Call&& other) noexcept;
  Call& operator=(Call&&) = delete;
  // A call that nobody finished ends as INTERNAL: none may hang.
  ~Call();

  // What the service method returns.
  grpc::ServerUnaryReactor* Reactor() const { return reactor_; }

  // Who calls, for blocks and logs.
  std::string CallerName() const;

  // For calls that change something: what the audit log is to say was to be changed; no secrets. A
  // call of theirs that fails before that is recorded without it.
  void Audit(std::string what);

  // Answers; the request and the response are gone after that.
  void Finish(const absl::Status& status);

 private:
  void WriteDown(const absl::Status& status) const;

  const CallBooks* books_;
  grpc::CallbackServerContext* context_;
  grpc::ServerUnaryReactor* reactor_;  // null once finished or moved from
  std::string_view method_;
  SteadyTime started_;
  std::string audit_;
};

}  // namespace porthole::control

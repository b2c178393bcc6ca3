#include "control/grpc_log.h"

#include <grpc/support/log.h>

#include <mutex>

namespace porthole::control {
namespace {

// gRPC takes a bare function, so that the log it writes to must be found from here. The mutex keeps
// the log alive while another thread writes.
std::mutex mutex;
telemetry::Logger* current = nullptr;

void Write(gpr_log_func_args* args) {
  const std::lock_guard lock(mutex);
  if (current != nullptr) {
    current->Log(telemetry::Level::kWarning, "grpc", {{"message", args->message}});
  }
}

}  // namespace

GrpcLog::GrpcLog(telemetry::Logger& log) {
  {
    const std::lock_guard lock(mutex);
    current = &log;
  }
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
  gpr_set_log_function(Write);
}

GrpcLog::~GrpcLog() {
  gpr_set_log_function(nullptr);
  const std::lock_guard lock(mutex);
  current = nullptr;
}

}  // namespace porthole::control

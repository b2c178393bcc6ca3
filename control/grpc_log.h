#pragma once

#include "telemetry/log.h"

namespace porthole::control {

// While it lives, what gRPC itself has to say (failed TLS handshakes, mostly) goes into `log` as
// lines of JSON and not to standard error as text. gRPC has one log for the process: there may be
// one of these.
class GrpcLog {
 public:
  explicit GrpcLog(telemetry::Logger& log);
  GrpcLog(const GrpcLog&) = delete;
  GrpcLog& operator=(const GrpcLog&) = delete;
  ~GrpcLog();
};

}  // namespace porthole::control

#pragma once

#include "base/clock.h"
#include "net/byte_stream.h"
#include "rfb/host_greeting.h"
#include "session/ends.h"
#include "session/record.h"
#include "telemetry/audit.h"
#include "telemetry/log.h"

#include <chrono>

namespace porthole::session {

// A span as lines and metrics have it.
double Seconds(SteadyTime::duration span);

// The lines of sessions in the log and the audit log, the same in both: one for each that never
// was, and one or two for each that was. None holds a secret; texts from outside are escaped and
// cut.
struct Books {
  telemetry::Logger& log;
  telemetry::AuditLog& audit;
};

// "session_refused": turned away before it had a place in the registry.
void LogRefused(const Books& books, const Refusal& refusal, const IpAddress& client);

// "session_opened": viewer and host are joined.
void LogOpened(const Books& books,
               const Record& record,
               const rfb::HostGreeting& host,
               std::chrono::steady_clock::duration took);

// How a session went.
struct Outcome {
  bool opened = false;
  End end;
  net::Closing closing = net::Closing::kClean;
  std::chrono::steady_clock::duration lasted{0};
};

// "session_ended" for one that was opened, else "session_failed"; an error where it is a bug.
void LogEnded(const Books& books, const Record& record, const Outcome& outcome);

}  // namespace porthole::session

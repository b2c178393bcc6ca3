#pragma once

#include "admission/admission.h"
#include "base/clock.h"
#include "base/traffic_counters.h"
#include "bridge/buffer_pool.h"
#include "net/byte_stream.h"
#include "net/dialer.h"
#include "net/host_settings.h"
#include "net/timers.h"
#include "session/registry.h"
#include "telemetry/audit.h"
#include "telemetry/front_metrics.h"
#include "telemetry/log.h"
#include "telemetry/session_metrics.h"

#include <chrono>
#include <memory>
#include <string>

namespace porthole::session {

// How long everyone may take over their part of the beginning.
struct HandshakeLimits {
  std::chrono::milliseconds host{15000};
  std::chrono::milliseconds viewer{15000};
  std::chrono::milliseconds claim{10000};  // the store, once everything else waits for it
  // Whom a takeover replaces before the dial, to let go of a host that takes one connection.
  std::chrono::milliseconds vacate{2000};
  // For how long a viewer may keep a restriction waiting for the end of a message.
  std::chrono::milliseconds half_message{5000};
};

// What the sessions of one worker work with. All of it outlives them; one per worker.
struct Surroundings {
  SessionRegistry& registry;
  const admission::Admission& admission;
  net::Dialer& dialer;
  const net::HostSettings& hosts;
  net::Timers& timers;
  bridge::BufferPool& buffers;
  TrafficCounters& worker_traffic;
  telemetry::SessionMetrics& metrics;
  telemetry::AdmissionMetrics& admissions;
  telemetry::FrontMetrics& connections;
  telemetry::Logger& log;
  telemetry::AuditLog& audit;
  const Clock& clock;
  HandshakeLimits limits;
};

// What the front knows of a viewer that asks for a session.
struct Request {
  std::string token;
  admission::Client client;
  std::string user_agent;
  bool reads_text = false;  // the viewer agreed to text messages: it chose "porthole.v1"
};

// The story of one viewer, from the accepted WebSocket to the last byte: admission, dial, both
// handshakes, bridge, end. Closes `viewer` in every case, with a reason. Returns when it is gone.
net::Awaitable<void> RunSession(const Surroundings& around,
                                std::unique_ptr<net::ByteStream> viewer,
                                Request request);

}  // namespace porthole::session

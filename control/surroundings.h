#pragma once

#include "admission/admission.h"
#include "admission/blocks.h"
#include "admission/durable_keys.h"
#include "base/clock.h"
#include "control/drain.h"
#include "session/registry.h"
#include "state/state_store.h"
#include "telemetry/audit.h"
#include "telemetry/control_metrics.h"
#include "telemetry/health.h"
#include "telemetry/log.h"
#include "token/key_ring.h"

#include <chrono>
#include <cstddef>
#include <string>

namespace porthole::control {

// What GetNode says of the process and what never changes.
struct NodeIdentity {
  std::string node_id;
  std::string boot_id;
  std::string version;
  WallTime started;
  SteadyTime started_steady;
};

// What WatchSessions allows itself.
struct WatchLimits {
  std::size_t watches = 1000;
  // How often one to whom nothing happens hears from us.
  std::chrono::milliseconds heartbeat{15'000};
  // How long one that fell behind may take over the write in flight, before it is cancelled.
  std::chrono::milliseconds grace{10'000};
};

// What the control API works on. `main` owns all of it; it outlives the server.
struct Surroundings {
  const Clock& clock;
  telemetry::Logger& log;
  telemetry::AuditLog& audit;
  telemetry::ControlMetrics& metrics;
  telemetry::Health& health;
  const token::KeyRing& keys;
  admission::DurableKeys& durable_keys;
  admission::BlockList& blocks;
  Drain& drain;
  const admission::Admission& admission;
  session::SessionRegistry& sessions;
  const state::StateStore& store;
  NodeIdentity node;
  // How long a token can open a console after it was made: max_lifetime + 2 × skew.
  std::chrono::seconds token_life{660};
  WatchLimits watches = {};
};

}  // namespace porthole::control

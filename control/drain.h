#pragma once

#include "admission/admission.h"
#include "base/clock.h"
#include "session/registry.h"
#include "telemetry/health.h"
#include "telemetry/metrics.h"

#include <absl/status/status.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace porthole::control {

// Takes the node out of service and back: admits nobody, tells the viewers when it will be over,
// and ends the sessions then. Thread-safe.
class Drain {
 public:
  // All of it outlives the drain. `changed` is called on any thread after readiness has changed.
  struct Parts {
    const Clock& clock;
    admission::Admission& admission;
    session::SessionRegistry& sessions;
    telemetry::Health& health;
    telemetry::NodeMetrics& metrics;
  };

  Drain(const Parts& parts, std::function<void()> changed);
  Drain(const Drain&) = delete;
  Drain& operator=(const Drain&) = delete;
  ~Drain();

  // From here on nobody is admitted; whoever is there `limit` from now, is ended. `reason` is for
  // the people in front of the viewers; empty: a sentence of our own. A second call sets a new
  // time.
  void Begin(std::chrono::nanoseconds limit, const std::string& reason);

  // Takes Begin() back. Errors: FAILED_PRECONDITION when the process is going away.
  absl::Status Resume();

  // When the sessions will be ended; nothing while there is no such time.
  std::optional<WallTime> Deadline() const;

  // The process goes away: not ready, and no way back. Still admits.
  void Close();

 private:
  void Run();
  void Show(bool draining);
  void EndAll(const std::string& sentence);

  const Parts parts_;
  const std::function<void()> changed_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_time_;
  bool closed_ = false;
  bool over_ = false;
  std::string sentence_;
  std::optional<WallTime> deadline_;
  std::optional<std::chrono::steady_clock::time_point> end_at_;
  std::thread timer_;  // from the first Begin() on
};

}  // namespace porthole::control

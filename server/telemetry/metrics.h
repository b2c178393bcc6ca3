#pragma once

#include "telemetry/control_metrics.h"
#include "telemetry/front_metrics.h"
#include "telemetry/session_metrics.h"
#include "telemetry/traffic.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace porthole::telemetry {

// What porthole_build_info says.
struct BuildInfo {
  std::string version;
  std::string revision;
};

// What a SIGHUP loads again.
enum class Reload : std::uint8_t { kConfiguration, kCertificate };

// What a self-test came to.
enum class SelfTestResult : std::uint8_t {
  kOk,
  kFailed,   // a console could not be opened
  kSkipped,  // no descriptors or memory to try with
};

// Metrics of the node as a whole.
class NodeMetrics {
 public:
  NodeMetrics(prometheus::Registry& registry, const BuildInfo& build);

  // porthole_reloads_total{what,result}
  prometheus::Counter& Reloads(Reload what, bool ok) {
    return *reloads_.at(static_cast<std::size_t>(what)).at(ok ? 0 : 1);
  }

  // porthole_self_test_runs_total{result}
  prometheus::Counter& SelfTests(SelfTestResult result) {
    return *self_tests_.at(static_cast<std::size_t>(result));
  }

  prometheus::Gauge& self_test_seconds;  // porthole_self_test_duration_seconds: of the last one
  prometheus::Gauge& draining;           // porthole_draining: 1 while the node admits nobody new
  prometheus::Counter& audit_lost;       // porthole_audit_lost_total

 private:
  std::array<std::array<prometheus::Counter*, 2>, 2> reloads_{};
  std::array<prometheus::Counter*, 3> self_tests_{};
};

// Every metric of the node (design, section 10), as named members. `main` makes one and passes the
// parts on. No label ever holds a console, a subject or an address; every labelled series exists
// from the start, so a count is one atomic addition. Thread-safe.
class Metrics {
 private:
  prometheus::Registry registry_;

 public:
  // `workers`: how many workers count traffic.
  Metrics(const BuildInfo& build, std::size_t workers);

  SessionMetrics session;
  AdmissionMetrics admission;
  FrontMetrics front;
  ControlMetrics control;
  NodeMetrics node;
  Traffic traffic;

  // The body of /metrics, of the type kScrapeType: all of the above and the standard process_*.
  std::string Scrape() const;
};

// Prometheus text format.
inline constexpr const char* kScrapeType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace porthole::telemetry

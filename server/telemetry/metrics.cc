#include "telemetry/metrics.h"

#include "telemetry/families.h"
#include "telemetry/process_metrics.h"

#include <prometheus/text_serializer.h>

#include <iterator>
#include <utility>
#include <vector>

namespace porthole::telemetry {
namespace {

// In the order of the enumeration.
constexpr std::array<const char*, 2> kReloads = {"configuration", "certificate"};
constexpr std::array<const char*, 2> kResults = {"ok", "failed"};
constexpr std::array<const char*, 3> kSelfTests = {"ok", "failed", "skipped"};

void Append(std::vector<prometheus::MetricFamily>& families,
            const prometheus::Collectable& collectable) {
  std::vector<prometheus::MetricFamily> more = collectable.Collect();
  families.insert(families.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

}  // namespace

NodeMetrics::NodeMetrics(prometheus::Registry& registry, const BuildInfo& build)
    : self_test_seconds(GaugeFamily(registry,
                                    "porthole_self_test_duration_seconds",
                                    "How long the last self-test of all listeners took.")
                            .Add({})),
      draining(GaugeFamily(registry, "porthole_draining", "1 while the node admits nobody new.")
                   .Add({})),
      audit_lost(CounterFamily(registry,
                               "porthole_audit_lost_total",
                               "Audit records that could not be written.")
                     .Add({})) {
  auto& reloads =
      CounterFamily(registry, "porthole_reloads_total", "Reloads, by what was loaded and result.");
  for (std::size_t what = 0; what < kReloads.size(); ++what) {
    for (std::size_t result = 0; result < kResults.size(); ++result) {
      reloads_.at(what).at(result) =
          &reloads.Add({{"what", kReloads.at(what)}, {"result", kResults.at(result)}});
    }
  }
  auto& self_tests = CounterFamily(registry, "porthole_self_test_runs_total",
                                   "Consoles opened by the node itself, by result.");
  for (std::size_t result = 0; result < kSelfTests.size(); ++result) {
    self_tests_.at(result) = &self_tests.Add({{"result", kSelfTests.at(result)}});
  }
  GaugeFamily(registry, "porthole_build_info", "Always 1; what was built, in the labels.")
      .Add({{"version", build.version}, {"revision", build.revision}})
      .Set(1);
}

Metrics::Metrics(const BuildInfo& build, std::size_t workers)
    : session(registry_),
      admission(registry_),
      front(registry_),
      control(registry_),
      node(registry_, build),
      traffic(workers) {}

std::string Metrics::Scrape() const {
  std::vector<prometheus::MetricFamily> families = registry_.Collect();
  Append(families, traffic);
  Append(families, ProcessMetrics());
  const prometheus::TextSerializer serializer;
  return serializer.Serialize(families);
}

}  // namespace porthole::telemetry

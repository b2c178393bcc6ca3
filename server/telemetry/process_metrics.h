#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <vector>

namespace porthole::telemetry {

// The standard process_* metrics of this process, read from /proc/self when scraped
// (prometheus.io, "Writing client libraries", "Process metrics"). What cannot be read is left out.
class ProcessMetrics final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace porthole::telemetry

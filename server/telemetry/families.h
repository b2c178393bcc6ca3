#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>

namespace porthole::telemetry {

// Shorthands for what every metric struct of this room builds. A family belongs to the registry.
prometheus::Family<prometheus::Counter>& CounterFamily(prometheus::Registry& registry,
                                                       const std::string& name,
                                                       const std::string& help);
prometheus::Family<prometheus::Gauge>& GaugeFamily(prometheus::Registry& registry,
                                                   const std::string& name,
                                                   const std::string& help);
prometheus::Family<prometheus::Histogram>& HistogramFamily(prometheus::Registry& registry,
                                                           const std::string& name,
                                                           const std::string& help);

// Upper bounds in seconds: of what takes milliseconds, and of what takes minutes to hours.
const prometheus::Histogram::BucketBoundaries& ShortTimes();
const prometheus::Histogram::BucketBoundaries& LongTimes();

}  // namespace porthole::telemetry

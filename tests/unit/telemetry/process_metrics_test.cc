#include "telemetry/process_metrics.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <fcntl.h>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

namespace porthole::telemetry {
namespace {

std::map<std::string, double> Values() {
  std::map<std::string, double> values;
  for (const prometheus::MetricFamily& family : ProcessMetrics().Collect()) {
    const bool counter = family.type == prometheus::MetricType::Counter;
    const prometheus::ClientMetric& metric = family.metric.at(0);
    values[family.name] = counter ? metric.counter.value : metric.gauge.value;
  }
  return values;
}

TEST(ProcessMetrics, HasTheStandardNames) {
  const std::map<std::string, double> values = Values();

  for (const char* name :
       {"process_cpu_seconds_total", "process_max_fds", "process_open_fds",
        "process_resident_memory_bytes", "process_start_time_seconds", "process_threads",
        "process_virtual_memory_bytes", "process_virtual_memory_max_bytes"}) {
    EXPECT_TRUE(values.contains(name)) << name;
  }
}

TEST(ProcessMetrics, CountsDescriptors) {
  const double before = Values().at("process_open_fds");
  const int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);

  EXPECT_EQ(Values().at("process_open_fds"), before + 1);

  close(descriptor);
  EXPECT_EQ(Values().at("process_open_fds"), before);
  EXPECT_GE(Values().at("process_max_fds"), before);
}

TEST(ProcessMetrics, SeesMemoryThatIsUsed) {
  constexpr std::size_t kBytes = std::size_t{32} << 20U;
  const double before = Values().at("process_resident_memory_bytes");
  const std::vector<char> used(kBytes, 'x');

  EXPECT_GE(Values().at("process_resident_memory_bytes"), before + (0.9 * kBytes));
  EXPECT_GT(Values().at("process_virtual_memory_bytes"),
            Values().at("process_resident_memory_bytes"));
  EXPECT_EQ(used.back(), 'x');
}

TEST(ProcessMetrics, CountsTheProcessorTimeThatTheKernelDoes) {
  const double before = Values().at("process_cpu_seconds_total");
  const std::clock_t begin = std::clock();
  while (std::clock() - begin < CLOCKS_PER_SEC / 5) {
  }

  // The kernel counts in ticks of 10 ms.
  EXPECT_GE(Values().at("process_cpu_seconds_total"), before + 0.15);
}

TEST(ProcessMetrics, SaysWhenTheProcessStarted) {
  const auto now = static_cast<double>(std::time(nullptr));

  EXPECT_LE(Values().at("process_start_time_seconds"), now + 2);
  EXPECT_GE(Values().at("process_start_time_seconds"), now - 3600);
}

}  // namespace
}  // namespace porthole::telemetry

#include "telemetry/process_metrics.h"

#include <sys/resource.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace porthole::telemetry {
namespace {

using Families = std::vector<prometheus::MetricFamily>;

void Append(Families& families,
            std::string_view name,
            std::string_view help,
            double value,
            prometheus::MetricType type = prometheus::MetricType::Gauge) {
  prometheus::ClientMetric sample;
  sample.counter.value = value;
  sample.gauge.value = value;
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  family.metric.push_back(sample);
  families.push_back(family);
}

// The fields of /proc/self/stat from the third on (proc(5)), or fewer when it cannot be read.
std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  // The second field is the program's name in parentheses, and may itself hold some.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) {
    return {};
  }
  std::istringstream rest(text.substr(name_end + 1));
  return {std::istream_iterator<std::string>(rest), std::istream_iterator<std::string>()};
}

// Seconds since the epoch at which the machine started.
std::optional<double> BootTime() {
  std::ifstream file("/proc/stat");
  std::string word;
  while (file >> word) {
    double value = 0;
    if (word == "btime" && file >> value) {
      return value;
    }
  }
  return std::nullopt;
}

double LimitOf(__rlimit_resource resource) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return -1;
  }
  return static_cast<double>(limit.rlim_cur);
}

std::optional<double> OpenDescriptors() {
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fd", error);
  if (error) {
    return std::nullopt;
  }
  double count = 0;
  while (entries != std::filesystem::directory_iterator() && !error) {
    ++count;
    entries.increment(error);
  }
  return count - 1;  // the one that reads the directory
}

void AppendStat(Families& families) {
  const std::vector<std::string> fields = StatFields();
  constexpr std::size_t kUserTicks = 11;  // field 14 of proc(5), counted from the third
  constexpr std::size_t kSystemTicks = 12;
  constexpr std::size_t kThreads = 17;
  constexpr std::size_t kStartTicks = 19;
  constexpr std::size_t kVirtualBytes = 20;
  constexpr std::size_t kResidentPages = 21;
  if (fields.size() <= kResidentPages) {
    return;
  }
  const auto at = [&fields](std::size_t index) { return std::stod(fields.at(index)); };
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  Append(families, "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
         (at(kUserTicks) + at(kSystemTicks)) / ticks, prometheus::MetricType::Counter);
  Append(families, "process_threads", "Number of OS threads in the process.", at(kThreads));
  Append(families, "process_virtual_memory_bytes", "Virtual memory size in bytes.",
         at(kVirtualBytes));
  Append(families, "process_resident_memory_bytes", "Resident memory size in bytes.",
         at(kResidentPages) * static_cast<double>(sysconf(_SC_PAGESIZE)));
  if (const std::optional<double> boot = BootTime()) {
    Append(families, "process_start_time_seconds",
           "Start time of the process since unix epoch in seconds.",
           *boot + (at(kStartTicks) / ticks));
  }
}

}  // namespace

std::vector<prometheus::MetricFamily> ProcessMetrics::Collect() const {
  Families families;
  AppendStat(families);
  if (const std::optional<double> open = OpenDescriptors()) {
    Append(families, "process_open_fds", "Number of open file descriptors.", *open);
  }
  Append(families, "process_max_fds", "Maximum number of open file descriptors.",
         LimitOf(RLIMIT_NOFILE));
  Append(families, "process_virtual_memory_max_bytes",
         "Maximum amount of virtual memory available in bytes.", LimitOf(RLIMIT_AS));
  return families;
}

}  // namespace porthole::telemetry

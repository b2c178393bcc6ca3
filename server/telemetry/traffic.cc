#include "telemetry/traffic.h"

#include <string>

namespace porthole::telemetry {
namespace {

prometheus::ClientMetric Sample(const std::string& direction, std::uint64_t value) {
  prometheus::ClientMetric sample;
  sample.label.push_back({"direction", direction});
  sample.counter.value = static_cast<double>(value);
  return sample;
}

prometheus::MetricFamily Counter(std::string name,
                                 std::string help,
                                 std::uint64_t to_viewer,
                                 std::uint64_t to_host) {
  prometheus::MetricFamily family;
  family.name = std::move(name);
  family.help = std::move(help);
  family.type = prometheus::MetricType::Counter;
  family.metric = {Sample("to_viewer", to_viewer), Sample("to_host", to_host)};
  return family;
}

}  // namespace

std::vector<prometheus::MetricFamily> Traffic::Collect() const {
  std::uint64_t bytes_to_viewer = 0;
  std::uint64_t bytes_to_host = 0;
  std::uint64_t messages_to_viewer = 0;
  std::uint64_t messages_to_host = 0;
  for (const WorkerTraffic& worker : workers_) {
    bytes_to_viewer += worker.bytes_to_viewer.load(std::memory_order_relaxed);
    bytes_to_host += worker.bytes_to_host.load(std::memory_order_relaxed);
    messages_to_viewer += worker.messages_to_viewer.load(std::memory_order_relaxed);
    messages_to_host += worker.messages_to_host.load(std::memory_order_relaxed);
  }
  return {Counter("porthole_bytes_total",
                  "Bytes moved between viewers and hosts, without WebSocket framing and TLS.",
                  bytes_to_viewer, bytes_to_host),
          Counter("porthole_messages_total",
                  "Messages moved: WebSocket messages to viewers, RFB messages to hosts.",
                  messages_to_viewer, messages_to_host)};
}

}  // namespace porthole::telemetry

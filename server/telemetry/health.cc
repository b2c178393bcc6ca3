#include "telemetry/health.h"

#include <string_view>

namespace porthole::telemetry {
namespace {

struct Words {
  std::string_view name;
  std::string_view failing;
  bool at_first;
};

// In the order of the enumeration.
constexpr std::array<Words, kConditionCount> kWords = {{
    {"listeners", "not every listener is up", false},
    {"token_keys", "no token key has been pushed", false},
    {"not_draining", "the node is draining", true},
    {"audit", "the audit log lost records", true},
}};

}  // namespace

Health::Health() {
  for (std::size_t i = 0; i < kConditionCount; ++i) {
    holds_.at(i).store(kWords.at(i).at_first);
  }
}

void Health::Set(Condition condition, bool holds) {
  holds_.at(static_cast<std::size_t>(condition)).store(holds);
}

bool Health::Holds(Condition condition) const {
  return holds_.at(static_cast<std::size_t>(condition)).load();
}

bool Health::Ready() const {
  for (const std::atomic<bool>& holds : holds_) {
    if (!holds.load()) {
      return false;
    }
  }
  return true;
}

std::string Health::Report(bool verbose) const {
  std::string report;
  bool ready = true;
  for (std::size_t i = 0; i < kConditionCount; ++i) {
    const bool holds = holds_.at(i).load();
    ready = ready && holds;
    if (!verbose) {
      continue;
    }
    report += holds ? "[+]" : "[-]";
    report += kWords.at(i).name;
    report += holds ? " ok" : " failed: ";
    report += holds ? std::string_view() : kWords.at(i).failing;
    report += '\n';
  }
  report += ready ? "ok\n" : "not ready\n";
  return report;
}

}  // namespace porthole::telemetry

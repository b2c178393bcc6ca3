#include "telemetry/health.h"

#include <algorithm>
#include <string_view>
#include <utility>

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
    {"audit", "the audit log cannot write its records", true},
    {"store", "the store cannot write; the log says why", true},
    {"self_test", "no console could be opened here", true},
}};

}  // namespace

Health::Health() {
  for (std::size_t i = 0; i < kConditionCount; ++i) {
    holds_.at(i).store(kWords.at(i).at_first);
  }
}

void Health::Set(Condition condition, bool holds, std::string why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  why_.at(static_cast<std::size_t>(condition)) = std::move(why);
  holds_.at(static_cast<std::size_t>(condition)).store(holds);
}

void Health::SetWarnings(std::vector<std::string> warnings) {
  const std::lock_guard<std::mutex> lock(mutex_);
  warnings_ = std::move(warnings);
}

bool Health::Holds(Condition condition) const {
  return holds_.at(static_cast<std::size_t>(condition)).load();
}

bool Health::Ready() const {
  return std::ranges::all_of(holds_, [](const std::atomic<bool>& holds) { return holds.load(); });
}

std::string Health::Report(bool verbose) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::string report;
  bool ready = true;
  for (std::size_t i = 0; i < kConditionCount; ++i) {
    const bool holds = holds_.at(i).load();
    ready = ready && holds;
    if (verbose) {
      report += LineFor(i, holds);
    }
  }
  for (const std::string& warning : warnings_) {
    report += verbose ? "[!]" + warning + "\n" : "";
  }
  report += ready ? "ok\n" : "not ready\n";
  return report;
}

std::string Health::LineFor(std::size_t condition, bool holds) const {
  const Words& words = kWords.at(condition);
  std::string line = holds ? "[+]" : "[-]";
  line += words.name;
  line += holds ? " ok" : " failed: ";
  const std::string& why = why_.at(condition);
  if (!holds) {
    line += why.empty() ? words.failing : std::string_view(why);
  }
  const std::uint64_t lost = audit_lost_.load(std::memory_order_relaxed);
  if (static_cast<Condition>(condition) == Condition::kAudit && lost > 0) {
    line += "; records lost: " + std::to_string(lost);
  }
  return line + "\n";
}

}  // namespace porthole::telemetry

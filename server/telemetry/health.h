#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace porthole::telemetry {

// What must hold for the node to be ready.
enum class Condition : std::uint8_t {
  kListeners,    // every listener is up; false at first
  kTokenKeys,    // at least one token key is known; false at first
  kNotDraining,  // no drain or shutdown is under way; true at first
  kAudit,        // the audit log writes what it must not lose; true at first
  kStore,        // the store writes what it must not lose; true at first
};
inline constexpr std::size_t kConditionCount = 5;

// Whether the node lives and is ready, for /livez and /readyz. Thread-safe.
class Health {
 public:
  Health();

  void Set(Condition condition, bool holds);
  bool Holds(Condition condition) const;

  // All conditions hold: /readyz answers 200, else 503.
  bool Ready() const;

  // Remembers that the audit log lost a record, for the verbose report.
  void CountAuditLoss() { audit_lost_.fetch_add(1, std::memory_order_relaxed); }

  // The body of /readyz: "ok\n" or "not ready\n"; with `verbose`, before it a line for every
  // condition, e.g. "[-]token_keys failed: no token key has been pushed".
  std::string Report(bool verbose) const;

 private:
  std::string LineFor(std::size_t condition, bool holds) const;

  std::array<std::atomic<bool>, kConditionCount> holds_;
  std::atomic<std::uint64_t> audit_lost_{0};
};

}  // namespace porthole::telemetry

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace porthole::telemetry {

// What must hold for the node to be ready.
enum class Condition : std::uint8_t {
  kListeners,    // every listener is up; false at first
  kTokenKeys,    // at least one token key is known; false at first
  kNotDraining,  // no drain or shutdown is under way; true at first
  kAudit,        // the audit log writes what it must not lose; true at first
  kStore,        // the store writes what it must not lose; true at first
  kSelfTest,     // a console opened through the node's own listeners; true at first, the listeners
                 // being up only once it was tried
};
inline constexpr std::size_t kConditionCount = 6;

// Whether the node lives and is ready, for /livez and /readyz. Thread-safe.
class Health {
 public:
  Health();

  // `why` says what fails in the place of the usual words; empty: those.
  void Set(Condition condition, bool holds, std::string why = "");
  bool Holds(Condition condition) const;

  // All conditions hold: /readyz answers 200, else 503.
  bool Ready() const;

  // Remembers that the audit log lost a record, for the verbose report.
  void CountAuditLoss() { audit_lost_.fetch_add(1, std::memory_order_relaxed); }

  // What an operator should know although the node is ready, one line each without its end, e.g.
  // "certificates: …"; in the place of all that there were.
  void SetWarnings(std::vector<std::string> warnings);

  // The body of /readyz: "ok\n" or "not ready\n"; with `verbose`, before it a line for every
  // condition, e.g. "[-]token_keys failed: no token key has been pushed", and for every warning,
  // "[!]certificates: …".
  std::string Report(bool verbose) const;

 private:
  std::string LineFor(std::size_t condition, bool holds) const;

  std::array<std::atomic<bool>, kConditionCount> holds_;
  std::atomic<std::uint64_t> audit_lost_{0};
  mutable std::mutex mutex_;  // guards the texts
  std::array<std::string, kConditionCount> why_;
  std::vector<std::string> warnings_;
};

}  // namespace porthole::telemetry

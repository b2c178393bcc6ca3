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
  kAudit,        // the audit log loses nothing, or may; true at first
};
inline constexpr std::size_t kConditionCount = 4;

// Whether the node lives and is ready, for /livez and /readyz. Thread-safe.
class Health {
 public:
  Health();

  void Set(Condition condition, bool holds);
  bool Holds(Condition condition) const;

  // All conditions hold: /readyz answers 200, else 503.
  bool Ready() const;

  // The body of /readyz: "ok\n" or "not ready\n"; with `verbose`, before it a line for every
  // condition, e.g. "[-]token_keys failed: no token key has been pushed".
  std::string Report(bool verbose) const;

 private:
  std::array<std::atomic<bool>, kConditionCount> holds_;
};

}  // namespace porthole::telemetry

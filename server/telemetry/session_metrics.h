#pragma once

#include "base/end_reason.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace porthole::telemetry {

// Where a session is in its life.
enum class SessionState : std::uint8_t {
  kAdmitting,    // in the registry, not yet admitted
  kDialling,     // its host is being reached
  kHandshaking,  // RFB handshakes with host and viewer
  kActive,       // bytes flow
  kEnding,       // closing both sides
};
inline constexpr std::size_t kSessionStateCount = 5;

// "admitting", "dialling", "handshaking", "active" or "ending".
std::string_view Name(SessionState state);

// Metrics of the sessions. The registry must outlive them; thread-safe, as all metrics are.
class SessionMetrics {
 public:
  explicit SessionMetrics(prometheus::Registry& registry);

  // porthole_sessions{state}: a session is in exactly one of them while the registry holds it.
  prometheus::Gauge& In(SessionState state) { return *states_.at(static_cast<std::size_t>(state)); }
  // Takes one session from a state to the next.
  void Move(SessionState from, SessionState to);

  // porthole_sessions_ended_total{reason}: every session that was counted as opened.
  prometheus::Counter& Ended(EndReason reason) {
    return *ended_.at(static_cast<std::size_t>(reason));
  }

  // porthole_host_security_total{type}: the type that was agreed with the host, by the name that
  // the RFB world gives it ("None", "VncAuth", "X509Vnc", …); an unknown name counts as "other".
  prometheus::Counter& HostSecurity(std::string_view name);

  // porthole_host_handshake_failures_total{type}: handshakes that a host did not get through, by
  // the type chosen when it failed: one of HostSecurity()'s, "VeNCrypt" or "Tight" before the way
  // inside was agreed on, "none_chosen"; an unknown name counts as "other".
  prometheus::Counter& HostHandshakeFailures(std::string_view type);

  prometheus::Counter& opened;                    // porthole_sessions_opened_total: reached kActive
  prometheus::Histogram& duration_seconds;        // from the WebSocket's accept to the last byte
  prometheus::Histogram& host_handshake_seconds;  // from the dialled socket to ServerInit
  prometheus::Histogram& viewer_handshake_seconds;  // from our version to ClientInit

 private:
  std::array<prometheus::Gauge*, kSessionStateCount> states_{};
  std::array<prometheus::Counter*, kEndReasonCount> ended_{};
  using ByType = std::map<std::string, prometheus::Counter*, std::less<>>;
  static prometheus::Counter& Of(const ByType& counters, std::string_view type);

  ByType host_security_;
  ByType host_handshake_failures_;
};

// porthole_admissions_total{result}: "admitted", or the reason of the refusal.
class AdmissionMetrics {
 public:
  explicit AdmissionMetrics(prometheus::Registry& registry);

  prometheus::Counter& Refused(EndReason reason) {
    return *refused_.at(static_cast<std::size_t>(reason));
  }

  prometheus::Counter& admitted;

 private:
  std::array<prometheus::Counter*, kEndReasonCount> refused_{};
};

}  // namespace porthole::telemetry

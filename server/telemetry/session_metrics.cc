#include "telemetry/session_metrics.h"

#include "telemetry/families.h"

namespace porthole::telemetry {
namespace {

constexpr const char* kHandshake = "porthole_handshake_duration_seconds";
constexpr const char* kHandshakeHelp = "Time that RFB handshakes took, by side.";
constexpr const char* kAdmissions = "porthole_admissions_total";
constexpr const char* kAdmissionsHelp = "Admissions, by result: admitted or why not.";

// Every security type that Porthole can agree on with a host (design, section 12).
constexpr std::array<const char*, 25> kHostSecurity = {
    "None",          "VncAuth", "TightNone", "TightVncAuth", "RA2",
    "RA2ne",         "RA2_256", "RA2ne_256", "ARD",          "MSLogonII",
    "Plain",         "TLSNone", "TLSVnc",    "TLSPlain",     "TLSSASL",
    "X509None",      "X509Vnc", "X509Plain", "X509SASL",     "RA2AnyKey",
    "RA2_256AnyKey", "SASL",    "SASLPlain", "TLSSASLPlain", "other"};

// How far a handshake may have come that failed before a type was agreed on.
constexpr std::array<const char*, 3> kNotAgreed = {"none_chosen", "VeNCrypt", "Tight"};

}  // namespace

std::string_view Name(SessionState state) {
  switch (state) {
    case SessionState::kAdmitting:
      return "admitting";
    case SessionState::kDialling:
      return "dialling";
    case SessionState::kHandshaking:
      return "handshaking";
    case SessionState::kActive:
      return "active";
    case SessionState::kEnding:
      break;
  }
  return "ending";
}

SessionMetrics::SessionMetrics(prometheus::Registry& registry)
    : opened(CounterFamily(registry,
                           "porthole_sessions_opened_total",
                           "Sessions whose viewer and host were joined.")
                 .Add({})),
      duration_seconds(HistogramFamily(registry,
                                       "porthole_session_duration_seconds",
                                       "Time from the viewer's WebSocket to its end.")
                           .Add({}, LongTimes())),
      host_handshake_seconds(HistogramFamily(registry, kHandshake, kHandshakeHelp)
                                 .Add({{"side", "host"}}, ShortTimes())),
      viewer_handshake_seconds(HistogramFamily(registry, kHandshake, kHandshakeHelp)
                                   .Add({{"side", "viewer"}}, ShortTimes())) {
  auto& states = GaugeFamily(registry, "porthole_sessions", "Sessions now, by state.");
  for (std::size_t i = 0; i < kSessionStateCount; ++i) {
    states_.at(i) = &states.Add({{"state", std::string(Name(static_cast<SessionState>(i)))}});
  }
  auto& ended = CounterFamily(registry, "porthole_sessions_ended_total",
                              "Opened sessions that ended, by reason.");
  for (std::size_t i = 0; i < kEndReasonCount; ++i) {
    ended_.at(i) = &ended.Add({{"reason", std::string(Name(static_cast<EndReason>(i)))}});
  }
  auto& security = CounterFamily(registry, "porthole_host_security_total",
                                 "Security types agreed on with hosts, by type.");
  for (const char* type : kHostSecurity) {
    host_security_.emplace(type, &security.Add({{"type", type}}));
  }
  auto& failures = CounterFamily(registry, "porthole_host_handshake_failures_total",
                                 "Handshakes that hosts did not get through, by security type.");
  for (const char* type : kHostSecurity) {
    host_handshake_failures_.emplace(type, &failures.Add({{"type", type}}));
  }
  for (const char* type : kNotAgreed) {
    host_handshake_failures_.emplace(type, &failures.Add({{"type", type}}));
  }
}

void SessionMetrics::Move(SessionState from, SessionState to) {
  In(from).Decrement();
  In(to).Increment();
}

prometheus::Counter& SessionMetrics::HostSecurity(std::string_view name) {
  return Of(host_security_, name);
}

prometheus::Counter& SessionMetrics::HostHandshakeFailures(std::string_view type) {
  return Of(host_handshake_failures_, type);
}

prometheus::Counter& SessionMetrics::Of(const ByType& counters, std::string_view type) {
  const auto found = counters.find(type);
  return found == counters.end() ? *counters.find("other")->second : *found->second;
}

AdmissionMetrics::AdmissionMetrics(prometheus::Registry& registry)
    : admitted(
          CounterFamily(registry, kAdmissions, kAdmissionsHelp).Add({{"result", "admitted"}})) {
  auto& results = CounterFamily(registry, kAdmissions, kAdmissionsHelp);
  for (std::size_t i = 0; i < kEndReasonCount; ++i) {
    refused_.at(i) = &results.Add({{"result", std::string(Name(static_cast<EndReason>(i)))}});
  }
}

}  // namespace porthole::telemetry

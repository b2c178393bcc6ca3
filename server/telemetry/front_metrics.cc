#include "telemetry/front_metrics.h"

#include "telemetry/families.h"

namespace porthole::telemetry {
namespace {

// Each in the order of its enumeration.
constexpr std::array<const char*, 2> kSides = {"viewer", "host"};
constexpr std::array<const char*, 3> kTlsResults = {"ok", "failed", "timeout"};
constexpr std::array<const char*, kHttpRefusalCount> kHttpRefusals = {
    "bad_request", "timeout", "too_large", "not_found",   "method", "upgrade_required",
    "origin",      "link",    "too_many",  "unavailable", "proxy"};
constexpr std::array<const char*, kAcceptErrorCount> kAcceptErrors = {"descriptors", "memory",
                                                                      "aborted", "other"};

}  // namespace

FrontMetrics::FrontMetrics(prometheus::Registry& registry)
    : certificate_expiry_(GaugeFamily(registry,
                                      "porthole_tls_certificate_expiry_timestamp_seconds",
                                      "When a certificate of a listener expires, in Unix time.")) {
  auto& tls = CounterFamily(registry, "porthole_tls_handshakes_total",
                            "TLS handshakes, by side and result.");
  for (std::size_t side = 0; side < kSides.size(); ++side) {
    for (std::size_t result = 0; result < kTlsResults.size(); ++result) {
      tls_.at(side).at(result) =
          &tls.Add({{"side", kSides.at(side)}, {"result", kTlsResults.at(result)}});
    }
  }
  auto& http = CounterFamily(registry, "porthole_http_refused_total",
                             "HTTP requests and connections refused, by reason.");
  for (std::size_t i = 0; i < kHttpRefusalCount; ++i) {
    http_.at(i) = &http.Add({{"reason", kHttpRefusals.at(i)}});
  }
  auto& accept = CounterFamily(registry, "porthole_accept_errors_total",
                               "Connections that could not be accepted, by reason.");
  for (std::size_t i = 0; i < kAcceptErrorCount; ++i) {
    accept_.at(i) = &accept.Add({{"reason", kAcceptErrors.at(i)}});
  }
}

prometheus::Gauge& FrontMetrics::CertificateExpiry(const std::string& listener,
                                                   const std::string& certificate) {
  return certificate_expiry_.Add({{"listener", listener}, {"certificate", certificate}});
}

void FrontMetrics::ForgetCertificate(const std::string& listener, const std::string& certificate) {
  certificate_expiry_.Remove(&CertificateExpiry(listener, certificate));
}

}  // namespace porthole::telemetry

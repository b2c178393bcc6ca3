#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace porthole::telemetry {

// Why an HTTP request or a connection got a plain refusal instead of a page or a WebSocket.
enum class HttpRefusal : std::uint8_t {
  kBadRequest,       // 400, malformed in any way
  kTimeout,          // 408 or closed: the header did not come in time
  kTooLarge,         // 413, 414, 431
  kNotFound,         // 404
  kMethod,           // 405
  kUpgradeRequired,  // 426
  kOrigin,           // 403, Origin not allowed
  kLink,             // 400, 403, 410: /console with a token that opens nothing
  kTooMany,          // 429 or closed: a limit
  kUnavailable,      // 503: draining, or no descriptors left
  kProxy,            // closed: no PROXY header that can be believed
};
inline constexpr std::size_t kHttpRefusalCount = 11;

enum class AcceptError : std::uint8_t {
  kDescriptors,  // EMFILE, ENFILE
  kMemory,       // ENOBUFS, ENOMEM
  kAborted,      // ECONNABORTED: gone before it was accepted
  kOther,
};
inline constexpr std::size_t kAcceptErrorCount = 4;

enum class TlsSide : std::uint8_t { kViewer, kHost };
enum class TlsResult : std::uint8_t { kOk, kFailed, kTimeout };

// Metrics of listeners and HTTP. The registry must outlive them; thread-safe.
class FrontMetrics {
 public:
  explicit FrontMetrics(prometheus::Registry& registry);

  // porthole_tls_handshakes_total{side,result}
  prometheus::Counter& TlsHandshakes(TlsSide side, TlsResult result) {
    return *tls_.at(static_cast<std::size_t>(side)).at(static_cast<std::size_t>(result));
  }
  // porthole_http_refused_total{reason}
  prometheus::Counter& HttpRefused(HttpRefusal reason) {
    return *http_.at(static_cast<std::size_t>(reason));
  }
  // porthole_accept_errors_total{reason}
  prometheus::Counter& AcceptErrors(AcceptError reason) {
    return *accept_.at(static_cast<std::size_t>(reason));
  }
  // porthole_tls_certificate_expiry_timestamp_seconds{listener,certificate}: Unix time. Takes a
  // lock: for start and reload. Both labels come from the configuration ("127.0.0.1:8443", and the
  // certificate's file).
  prometheus::Gauge& CertificateExpiry(const std::string& listener, const std::string& certificate);
  // No longer shows one.
  void ForgetCertificate(const std::string& listener, const std::string& certificate);

 private:
  std::array<std::array<prometheus::Counter*, 3>, 2> tls_{};
  std::array<prometheus::Counter*, kHttpRefusalCount> http_{};
  std::array<prometheus::Counter*, kAcceptErrorCount> accept_{};
  prometheus::Family<prometheus::Gauge>& certificate_expiry_;
};

}  // namespace porthole::telemetry

#include "net/tls_words.h"

#include "base/status.h"
#include "net/client_tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <string>
#include <string_view>

// What failed in TLS with a host, in words: an operator reads them in the log.

namespace porthole::net {
namespace {

absl::Status Failure(const std::string& words) {
  ERR_clear_error();
  return Error(absl::StatusCode::kAborted, words);
}

// The name that the certificate was checked for.
std::string ExpectedName(SSL* tls) {
  X509_VERIFY_PARAM* const expected = SSL_get0_param(tls);
  if (const char* const host = X509_VERIFY_PARAM_get0_host(expected, 0); host != nullptr) {
    return host;
  }
  char* const address = X509_VERIFY_PARAM_get1_ip_asc(expected);
  std::string name = address == nullptr ? "" : address;
  OPENSSL_free(address);
  return name;
}

std::string VerifyWords(SSL* tls, long result) {
  switch (result) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "the host's certificate is not for " + ExpectedName(tls);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "the host's certificate, or one above it, has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "the host's certificate, or one above it, is not valid yet";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "the host's certificate is of an authority that is not known here";
    default:
      return std::string("the host's certificate is refused: ") +
             X509_verify_cert_error_string(result);
  }
}

// Alerts with which the other end answers a certificate, or none.
bool IsAboutOurCertificate(int reason) {
  switch (reason) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return true;
    default:
      return false;
  }
}

std::string ReasonWords(unsigned long code) {
  switch (ERR_GET_REASON(code)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_UNEXPECTED_MESSAGE:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_RECORD_LENGTH_MISMATCH:
    case SSL_R_BAD_RECORD_TYPE:
      return "the host does not speak TLS";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return "no version of TLS that both the host and the configuration allow";
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
    case SSL_R_NO_CIPHERS_AVAILABLE:
      return "no cipher in common with the host (it ended the handshake)";
    default:
      break;
  }
  const char* const reason = ERR_reason_error_string(code);
  return std::string("the TLS handshake failed: ") + (reason == nullptr ? "unknown" : reason);
}

}  // namespace

absl::Status CertificateVerdict(SSL* tls, TlsEnd end) {
  if (!AskedForCertificate(tls)) {
    return absl::OkStatus();
  }
  const unsigned long code = ERR_peek_last_error();
  if (end == TlsEnd::kError && !IsAboutOurCertificate(ERR_GET_REASON(code))) {
    return absl::OkStatus();
  }
  const bool have_one = SSL_get_certificate(tls) != nullptr;
  const char* const reason = end == TlsEnd::kError ? ERR_reason_error_string(code) : nullptr;
  const std::string how = reason == nullptr ? "it hung up" : reason;
  return Failure(have_one ? "the host refuses our client certificate (" + how + ")"
                          : "the host demands a client certificate, and none is configured (" +
                                how + ")");
}

absl::Status HandshakeFailure(SSL* tls, TlsEnd end) {
  const long verified = SSL_get_verify_result(tls);
  if (end == TlsEnd::kError && SSL_get_verify_mode(tls) != SSL_VERIFY_NONE &&
      verified != X509_V_OK) {
    return Failure(VerifyWords(tls, verified));
  }
  if (absl::Status verdict = CertificateVerdict(tls, end); !verdict.ok()) {
    return verdict;
  }
  if (end == TlsEnd::kHungUp) {
    return Failure("the host ended the connection in the TLS handshake");
  }
  return Failure(ReasonWords(ERR_peek_last_error()));
}

}  // namespace porthole::net

#pragma once

#include "config/configuration.h"
#include "net/tls.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <vector>

namespace porthole {

// All pairs of files that a listener's TLS names, the default one first.
std::vector<config::CertificateFiles> CertificatesOf(const config::ListenerTls& tls);

// Reads a listener's certificates and keys; null for one without TLS. Errors: as
// net::TlsCertificate::Load of the first that is bad.
absl::StatusOr<std::shared_ptr<const net::TlsContext>> LoadTls(const config::Listener& listener);

// One pair of files that was read again: what became of it, and what is in force if it is bad.
struct TriedCertificate {
  absl::Status status;
  std::string otherwise;
};

struct ReloadedTls {
  std::shared_ptr<const net::TlsContext> tls;
  std::vector<TriedCertificate> tried;
};

// Reads them again while `served` is in use. Of those that are bad now, what was served from the
// same file stays; what never was is left out, but for the default one, which there must be.
// Errors: as net::TlsContext::ForServer.
absl::StatusOr<ReloadedTls> ReloadTls(const config::ListenerTls& tls,
                                      const net::TlsContext& served);

}  // namespace porthole

#pragma once

#include "base/secret.h"
#include "config/configuration.h"

#include <absl/status/statusor.h>

#include <string>

namespace porthole::control {

// The PEM texts of mutual TLS, known to fit together.
struct CertificatePems {
  std::string certificate_chain;
  Secret private_key;
  std::string client_ca;
};

// Reads the files of `tcp` and looks at them before gRPC does, which would take a key of another
// certificate and then fail every handshake. Errors: with the file's name, when one cannot be read
// or holds no PEM of its kind, or when the key is not the certificate's.
absl::StatusOr<CertificatePems> ReadCertificates(const config::ControlTcp& tcp);

}  // namespace porthole::control

#pragma once

#include "net/tls.h"
#include "tests/support/temp_directory.h"

#include <memory>
#include <string>
#include <utility>

namespace porthole::testing {

// A self-signed certificate of "localhost" with its key, made now; valid for
// `seconds` from now, and not for the first `starts_in` of them. `names`: its alternative ones, as
// OpenSSL's configuration files have them ("DNS:a.example, IP:192.0.2.1").
struct Certificate {
  std::string certificate_pem;
  std::string private_key_pem;

  static Certificate Make(long seconds = 3600, long starts_in = 0, const std::string& names = "");
  // The key in PEM, sealed with a passphrase.
  std::string EncryptedKey(const std::string& passphrase) const;
};

// Two files of a certificate in a directory that goes with them.
struct CertificateFiles {
  explicit CertificateFiles(Certificate from = Certificate::Make())
      : made(std::move(from)),
        certificate(directory.Write("cert.pem", made.certificate_pem)),
        private_key(directory.Write("key.pem", made.private_key_pem)) {}

  Certificate made;
  TempDirectory directory;
  std::string certificate;
  std::string private_key;

  // A server with this certificate alone, for TLS 1.2 and later.
  std::shared_ptr<const net::TlsContext> Server() const;
};

}  // namespace porthole::testing

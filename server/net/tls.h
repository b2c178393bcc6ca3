#pragma once

#include "net/server_names.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <openssl/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace porthole::net {

enum class MinTls : unsigned char { kTls12, kTls13 };

class TlsCertificate;
using TlsCertificates = std::vector<std::shared_ptr<const TlsCertificate>>;

// The server side of TLS for one listener: its certificates and what is agreed to. Immutable and
// thread-safe once made.
class TlsContext {
 public:
  struct Free {
    void operator()(SSL_CTX* context) const;
  };
  using Handle = std::unique_ptr<SSL_CTX, Free>;

  // Shows a client the first certificate for the name that it asks for, an exact name before a
  // wildcard, and the first of all (there must be one) where none is for it. A session is resumed
  // only where the same certificate would be shown. Errors: INTERNAL, what OpenSSL says.
  static absl::StatusOr<std::shared_ptr<const TlsContext>> ForServer(TlsCertificates certificates,
                                                                     MinTls min_version);

  // A new connection's TLS state; the caller owns it (SSL_free), and keeps this context until the
  // handshake is over.
  SSL* NewConnection() const;

  const TlsCertificates& Certificates() const { return certificates_; }

 private:
  TlsContext(Handle context, TlsCertificates certificates);

  // What OpenSSL calls with a ClientHello.
  static int ChooseCertificate(SSL* connection, int* alert, void* self);

  Handle context_;  // has no certificate of its own
  TlsCertificates certificates_;
  ServerNames names_;  // places are those in certificates_
};

// Puts a PEM chain (leaf first) and its key, which must belong together, into `context`, and when
// the leaf expires into `expiry`. Errors: INVALID_ARGUMENT or NOT_FOUND, naming the file.
absl::Status LoadTlsPair(SSL_CTX* context,
                         const std::string& certificate_file,
                         const std::string& private_key_file,
                         std::chrono::system_clock::time_point& expiry);

// The newest of OpenSSL's queued errors in words; empties the queue.
std::string TakeTlsError();

}  // namespace porthole::net

#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <openssl/types.h>

#include <chrono>
#include <memory>
#include <string>

namespace porthole::net {

enum class MinTls : unsigned char { kTls12, kTls13 };

// The server side of TLS for one listener: certificate, key and what is agreed to. Immutable and
// thread-safe once made.
class TlsContext {
 public:
  // Loads a PEM chain (leaf first) and its PEM key, and checks that they belong together.
  // Errors: INVALID_ARGUMENT or NOT_FOUND, naming the file.
  static absl::StatusOr<std::shared_ptr<const TlsContext>> ForServer(
      const std::string& certificate_file, const std::string& private_key_file, MinTls min_version);

  // A new connection's TLS state; the caller owns it (SSL_free).
  SSL* NewConnection() const;

  std::chrono::system_clock::time_point CertificateExpiry() const { return expiry_; }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const;
  };

  explicit TlsContext(SSL_CTX* context) : context_(context) {}

  std::unique_ptr<SSL_CTX, Free> context_;
  std::chrono::system_clock::time_point expiry_;
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

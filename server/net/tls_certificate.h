#pragma once

#include "net/tls.h"

#include <string>
#include <vector>

namespace porthole::net {

// What this node agrees to as a TLS server, still without a certificate; null without memory.
TlsContext::Handle NewServerTls();

// One certificate with its key, ready to be shown to a viewer. Immutable and thread-safe once made,
// so that several TlsContexts may share it.
class TlsCertificate {
 public:
  // Loads a PEM chain (leaf first) and its PEM key, and checks that they belong together.
  // Errors: INVALID_ARGUMENT or NOT_FOUND, naming the file.
  static absl::StatusOr<std::shared_ptr<const TlsCertificate>> Load(
      const std::string& certificate_file, const std::string& private_key_file);

  // As it was given to Load().
  const std::string& File() const { return file_; }
  std::chrono::system_clock::time_point Expiry() const { return expiry_; }
  // Whom it is for, of its subject alternative names: "a.example", "*.a.example".
  const std::vector<std::string>& Names() const { return names_; }
  // For SSL_set_SSL_CTX().
  SSL_CTX* Native() const { return context_.get(); }

 private:
  TlsCertificate(std::string file, TlsContext::Handle context)
      : file_(std::move(file)), context_(std::move(context)) {}

  // Reads what the certificate says of itself.
  absl::Status ReadLeaf();

  std::string file_;
  TlsContext::Handle context_;
  std::chrono::system_clock::time_point expiry_;
  std::vector<std::string> names_;
};

}  // namespace porthole::net

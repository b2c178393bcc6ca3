#pragma once

#include "config/configuration.h"

#include <absl/status/statusor.h>
#include <grpcpp/security/auth_context.h>

#include <map>
#include <string>
#include <vector>

namespace porthole::control {

// Who calls, and what they may do.
struct Identity {
  std::string name;  // for logs and blocks: "dns:cloud.example", "unix", "plaintext"
  config::Role role = config::Role::kViewer;
};

// The names in a client certificate that TLS has verified.
struct CertificateNames {
  bool present = false;            // false: the client sent none
  std::vector<std::string> names;  // "uri:…" and "dns:…"; "cn:…" only of one without other names
};

CertificateNames NamesOf(const grpc::AuthContext& context);

// Maps certificates to roles, by exact names. Immutable.
class Callers {
 public:
  explicit Callers(const std::vector<config::Caller>& callers);

  // Errors: UNAUTHENTICATED without a certificate; PERMISSION_DENIED when none of its names has a
  // role, or when two have different ones.
  absl::StatusOr<Identity> Identify(const CertificateNames& certificate) const;

 private:
  std::map<std::string, config::Role> roles_;
};

}  // namespace porthole::control

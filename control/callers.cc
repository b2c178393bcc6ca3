#include "control/callers.h"

#include "base/status.h"

#include <string_view>

namespace porthole::control {
namespace {

// gRPC's names for what it read from the certificate (grpc_security_constants.h has some of them).
constexpr const char* kCertificate = "x509_pem_cert";
constexpr const char* kAnyAlternativeName = "x509_subject_alternative_name";
constexpr const char* kUri = "peer_uri";
constexpr const char* kDns = "peer_dns";
constexpr const char* kCommonName = "x509_common_name";

void Append(const grpc::AuthContext& context,
            const char* property,
            std::string_view prefix,
            std::vector<std::string>& names) {
  for (const grpc::string_ref& value : context.FindPropertyValues(property)) {
    names.push_back(std::string(prefix) + std::string(value.data(), value.size()));
  }
}

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text.empty() ? "no uri, dns or cn name" : text;
}

}  // namespace

CertificateNames NamesOf(const grpc::AuthContext& context) {
  CertificateNames certificate;
  certificate.present = !context.FindPropertyValues(kCertificate).empty();
  Append(context, kUri, "uri:", certificate.names);
  Append(context, kDns, "dns:", certificate.names);
  if (context.FindPropertyValues(kAnyAlternativeName).empty()) {
    Append(context, kCommonName, "cn:", certificate.names);
  }
  return certificate;
}

Callers::Callers(const std::vector<config::Caller>& callers) {
  for (const config::Caller& caller : callers) {
    roles_.emplace(caller.name, caller.role);
  }
}

absl::StatusOr<Identity> Callers::Identify(const CertificateNames& certificate) const {
  if (!certificate.present) {
    return Error(absl::StatusCode::kUnauthenticated, "a client certificate is required");
  }
  Identity identity;
  for (const std::string& name : certificate.names) {
    const auto found = roles_.find(name);
    if (found == roles_.end()) {
      continue;
    }
    if (!identity.name.empty() && identity.role != found->second) {
      return Error(absl::StatusCode::kPermissionDenied,
                   "the certificate has two roles, as " + identity.name + " and as " + name);
    }
    if (identity.name.empty()) {
      identity = {.name = name, .role = found->second};
    }
  }
  if (identity.name.empty()) {
    return Error(absl::StatusCode::kPermissionDenied,
                 "the certificate (" + Joined(certificate.names) + ") has no role here");
  }
  return identity;
}

}  // namespace porthole::control

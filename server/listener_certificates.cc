#include "listener_certificates.h"

#include "net/tls_certificate.h"
#include "node_settings.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <utility>

namespace porthole {
namespace {

using Certificate = std::shared_ptr<const net::TlsCertificate>;

// "2026-11-23T10:00:00Z".
std::string Date(std::chrono::system_clock::time_point at) {
  const std::time_t time = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  std::array<char, 32> text{};
  const bool known = ::gmtime_r(&time, &parts) != nullptr;
  const std::size_t size =
      known ? std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts) : 0;
  return {text.data(), size};
}

// What was served from this file; else, for the default one, the default one that was; else null.
Certificate InsteadOf(const std::string& file, bool is_default, const net::TlsContext& served) {
  const net::TlsCertificates& before = served.Certificates();
  const auto found = std::ranges::find(
      before, file, [](const Certificate& one) -> const auto& { return one->File(); });
  if (found != before.end()) {
    return *found;
  }
  return is_default ? before.front() : nullptr;
}

}  // namespace

std::vector<config::CertificateFiles> CertificatesOf(const config::ListenerTls& tls) {
  std::vector<config::CertificateFiles> all = {
      {.certificate_file = tls.certificate_file, .private_key_file = tls.private_key_file}};
  all.insert(all.end(), tls.more_certificates.begin(), tls.more_certificates.end());
  return all;
}

absl::StatusOr<std::shared_ptr<const net::TlsContext>> LoadTls(const config::Listener& listener) {
  if (!listener.tls.has_value()) {
    return std::shared_ptr<const net::TlsContext>();
  }
  net::TlsCertificates certificates;
  for (const config::CertificateFiles& files : CertificatesOf(*listener.tls)) {
    absl::StatusOr<Certificate> loaded =
        net::TlsCertificate::Load(files.certificate_file, files.private_key_file);
    if (!loaded.ok()) {
      return loaded.status();
    }
    certificates.push_back(*std::move(loaded));
  }
  return net::TlsContext::ForServer(std::move(certificates), MinVersion(listener.tls->min_version));
}

absl::StatusOr<ReloadedTls> ReloadTls(const config::ListenerTls& tls,
                                      const net::TlsContext& served) {
  ReloadedTls reloaded;
  net::TlsCertificates certificates;
  for (const config::CertificateFiles& files : CertificatesOf(tls)) {
    const absl::StatusOr<Certificate> loaded =
        net::TlsCertificate::Load(files.certificate_file, files.private_key_file);
    const Certificate shown =
        loaded.ok() ? *loaded : InsteadOf(files.certificate_file, certificates.empty(), served);
    if (shown != nullptr) {
      certificates.push_back(shown);
    }
    reloaded.tried.push_back(
        {loaded.status(),
         shown == nullptr ? "its names are shown the listener's first"
                          : "the one that expires " + Date(shown->Expiry()) + " is still served"});
  }
  absl::StatusOr<std::shared_ptr<const net::TlsContext>> made =
      net::TlsContext::ForServer(std::move(certificates), MinVersion(tls.min_version));
  if (!made.ok()) {
    return made.status();
  }
  reloaded.tls = *std::move(made);
  return reloaded;
}

}  // namespace porthole

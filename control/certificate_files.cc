#include "control/certificate_files.h"

#include "base/status.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <memory>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace porthole::control {
namespace {

constexpr std::streamoff kMaxPemBytes = 1U << 20U;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Certificate = std::unique_ptr<X509, Free>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Free>;

absl::Status Invalid(const std::string& message) {
  return Error(absl::StatusCode::kInvalidArgument, message);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    return Invalid("cannot open " + path + ": " + std::generic_category().message(errno));
  }
  const std::streamoff size = file.tellg();
  if (size < 0 || size > kMaxPemBytes) {
    return Invalid(path + " is no file of at most 1 MiB");
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  file.seekg(0);
  file.read(text.data(), size);
  return file ? absl::StatusOr<std::string>(std::move(text)) : Invalid("cannot read " + path);
}

std::unique_ptr<BIO, Free> Open(std::string_view pem) {
  return std::unique_ptr<BIO, Free>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// An encrypted key is refused instead of asking the terminal for its password.
int NoPassword(char* /*target*/, int /*size*/, int /*writing*/, void* /*user*/) {
  return -1;
}

Certificate FirstCertificate(std::string_view pem) {
  const auto bio = Open(pem);
  Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, NoPassword, nullptr));
  ERR_clear_error();
  return certificate;
}

PrivateKey ReadKey(std::string_view pem) {
  const auto bio = Open(pem);
  PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr));
  ERR_clear_error();
  return key;
}

absl::Status CheckFit(const CertificatePems& pems, const config::ControlTcp& tcp) {
  const Certificate certificate = FirstCertificate(pems.certificate_chain);
  if (certificate == nullptr) {
    return Invalid(tcp.certificate_file + " holds no PEM certificate");
  }
  const PrivateKey key = ReadKey(pems.private_key.Reveal());
  if (key == nullptr) {
    return Invalid(tcp.private_key_file + " holds no PEM private key without a password");
  }
  const bool fits = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (!fits) {
    return Invalid(tcp.private_key_file + " is not the private key of " + tcp.certificate_file);
  }
  if (FirstCertificate(pems.client_ca) == nullptr) {
    return Invalid(tcp.client_ca_file + " holds no PEM certificate");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CertificatePems> ReadCertificates(const config::ControlTcp& tcp) {
  absl::StatusOr<std::string> chain = ReadFile(tcp.certificate_file);
  if (!chain.ok()) {
    return chain.status();
  }
  absl::StatusOr<std::string> key = ReadFile(tcp.private_key_file);
  if (!key.ok()) {
    return key.status();
  }
  CertificatePems pems{.certificate_chain = *std::move(chain),
                       .private_key = Secret(*std::move(key)),
                       .client_ca = {}};
  absl::StatusOr<std::string> ca = ReadFile(tcp.client_ca_file);
  if (!ca.ok()) {
    return ca.status();
  }
  pems.client_ca = *std::move(ca);
  absl::Status fit = CheckFit(pems, tcp);
  if (!fit.ok()) {
    return fit;
  }
  return pems;
}

}  // namespace porthole::control

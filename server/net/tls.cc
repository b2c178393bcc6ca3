#include "net/tls.h"

#include "base/status.h"
#include "net/tls_certificate.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstddef>
#include <ctime>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace porthole::net {
namespace {

absl::Status BadFile(const std::string& file, std::string_view what) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return Error(absl::StatusCode::kNotFound, file + ": there is no such file");
  }
  return Error(absl::StatusCode::kInvalidArgument,
               file + ": " + std::string(what) + ": " + TakeTlsError());
}

std::chrono::system_clock::time_point NotAfter(const X509* certificate) {
  std::tm time{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) {
    return {};
  }
  return std::chrono::system_clock::from_time_t(timegm(&time));
}

// A key that wants a passphrase is an error, not a question at a terminal that nobody watches.
int NoPassphrase(char*, int, int, void*) {
  return -1;
}

}  // namespace

std::string TakeTlsError() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* const reason = ERR_reason_error_string(code);
  return reason == nullptr ? "unknown error" : reason;
}

void TlsContext::Free::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}

absl::Status LoadTlsPair(SSL_CTX* context,
                         const std::string& certificate_file,
                         const std::string& private_key_file,
                         std::chrono::system_clock::time_point& expiry) {
  SSL_CTX_set_default_passwd_cb(context, NoPassphrase);
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
    return BadFile(certificate_file, "not a PEM certificate chain");
  }
  if (SSL_CTX_use_PrivateKey_file(context, private_key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return BadFile(private_key_file, "not the PEM private key of " + certificate_file);
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return BadFile(private_key_file, "not the private key of " + certificate_file);
  }
  expiry = NotAfter(SSL_CTX_get0_certificate(context));
  return absl::OkStatus();
}

TlsContext::TlsContext(Handle context, TlsCertificates certificates)
    : context_(std::move(context)), certificates_(std::move(certificates)) {
  for (std::size_t i = 0; i < certificates_.size(); ++i) {
    for (const std::string& name : certificates_[i]->Names()) {
      names_.Add(name, i);
    }
  }
}

absl::StatusOr<std::shared_ptr<const TlsContext>> TlsContext::ForServer(
    TlsCertificates certificates, MinTls min_version) {
  Handle context = NewServerTls();
  if (context == nullptr) {
    return Error(absl::StatusCode::kInternal, "TLS: " + TakeTlsError());
  }
  SSL_CTX_set_min_proto_version(context.get(),
                                min_version == MinTls::kTls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  const std::shared_ptr<TlsContext> made(
      new TlsContext(std::move(context), std::move(certificates)));
  SSL_CTX_set_client_hello_cb(made->context_.get(), ChooseCertificate, made.get());
  return std::shared_ptr<const TlsContext>(made);
}

// This early, and not in the servername callback, because OpenSSL looks at tickets in between.
int TlsContext::ChooseCertificate(SSL* connection, int* alert, void* self) {
  const auto& own = *static_cast<const TlsContext*>(self);
  const unsigned char* bytes = nullptr;
  std::size_t size = 0;
  std::size_t place = 0;
  if (SSL_client_hello_get0_ext(connection, TLSEXT_TYPE_server_name, &bytes, &size) == 1) {
    place = own.names_.Find(ServerNameIn({bytes, size})).value_or(0);
  }
  if (SSL_set_SSL_CTX(connection, own.certificates_[place]->Native()) == nullptr) {
    *alert = SSL_AD_INTERNAL_ERROR;
    return SSL_CLIENT_HELLO_ERROR;
  }
  return SSL_CLIENT_HELLO_SUCCESS;
}

SSL* TlsContext::NewConnection() const {
  return SSL_new(context_.get());
}

}  // namespace porthole::net

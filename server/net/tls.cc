#include "net/tls.h"

#include "base/status.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace porthole::net {
namespace {

// Forward secrecy and AEAD only, for TLS 1.2; TLS 1.3 has nothing else.
constexpr const char* kTls12Ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL";

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

// What SelectAlpn() chooses from. OpenSSL reads the choice after the callback returned.
constexpr std::array<unsigned char, 9> kHttp11 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// We speak HTTP/1.1 only; a client that offers ALPN without it hears so at once.
int SelectAlpn(SSL*,
               const unsigned char** out,
               unsigned char* out_length,
               const unsigned char* offered,
               unsigned int offered_length,
               void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, kHttp11.data(), kHttp11.size(), offered,
                            offered_length) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// A key that wants a passphrase is an error, not a question at a terminal that nobody watches.
int NoPassphrase(char*, int, int, void*) {
  return -1;
}

void Configure(SSL_CTX* context, MinTls min_version) {
  SSL_CTX_set_min_proto_version(context,
                                min_version == MinTls::kTls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kTls12Ciphers);
  SSL_CTX_set_options(
      context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // An idle connection gives its buffers back; a write may be retried from another address.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  constexpr std::array<unsigned char, 8> kSessionContext = {'p', 'o', 'r', 't', 'h', 'o', 'l', 'e'};
  SSL_CTX_set_session_id_context(context, kSessionContext.data(), kSessionContext.size());
  // Sessions are resumed by tickets, which the clients keep: no memory grows here.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, SelectAlpn, nullptr);
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

absl::StatusOr<std::shared_ptr<const TlsContext>> TlsContext::ForServer(
    const std::string& certificate_file, const std::string& private_key_file, MinTls min_version) {
  const std::shared_ptr<TlsContext> context(new TlsContext(SSL_CTX_new(TLS_server_method())));
  if (context->context_ == nullptr) {
    return Error(absl::StatusCode::kInternal, "TLS: " + TakeTlsError());
  }
  Configure(context->context_.get(), min_version);
  if (absl::Status loaded = LoadTlsPair(context->context_.get(), certificate_file, private_key_file,
                                        context->expiry_);
      !loaded.ok()) {
    return loaded;
  }
  return std::shared_ptr<const TlsContext>(context);
}

SSL* TlsContext::NewConnection() const {
  return SSL_new(context_.get());
}

}  // namespace porthole::net

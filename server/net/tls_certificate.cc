#include "net/tls_certificate.h"

#include "base/status.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>

namespace porthole::net {
namespace {

// Forward secrecy and AEAD only, for TLS 1.2; TLS 1.3 has nothing else.
constexpr const char* kTls12Ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL";

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

std::vector<std::string> DnsNames(const X509* certificate) {
  struct Free {
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  };
  const std::unique_ptr<GENERAL_NAMES, Free> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> found;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const auto* const value = static_cast<const ASN1_STRING*>(
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type));
    if (type == GEN_DNS) {
      found.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                         static_cast<std::size_t>(ASN1_STRING_length(value)));
    }
  }
  return found;
}

}  // namespace

TlsContext::Handle NewServerTls() {
  TlsContext::Handle made(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const context = made.get();
  if (context == nullptr) {
    return made;
  }
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
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
  return made;
}

absl::StatusOr<std::shared_ptr<const TlsCertificate>> TlsCertificate::Load(
    const std::string& certificate_file, const std::string& private_key_file) {
  TlsContext::Handle context = NewServerTls();
  if (context == nullptr) {
    return Error(absl::StatusCode::kInternal, "TLS: " + TakeTlsError());
  }
  const std::shared_ptr<TlsCertificate> made(
      new TlsCertificate(certificate_file, std::move(context)));
  absl::Status loaded =
      LoadTlsPair(made->Native(), certificate_file, private_key_file, made->expiry_);
  loaded.Update(loaded.ok() ? made->ReadLeaf() : absl::OkStatus());
  if (!loaded.ok()) {
    return loaded;
  }
  return std::shared_ptr<const TlsCertificate>(made);
}

absl::Status TlsCertificate::ReadLeaf() {
  const X509* const leaf = SSL_CTX_get0_certificate(context_.get());
  // A connection takes this over when it is shown this certificate, before it looks at a ticket. A
  // ticket of a session with another is then none.
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(leaf, EVP_sha256(), digest.data(), &size) != 1 ||
      SSL_CTX_set_session_id_context(context_.get(), digest.data(), size) != 1) {
    return Error(absl::StatusCode::kInternal, file_ + ": " + TakeTlsError());
  }
  names_ = DnsNames(leaf);
  return absl::OkStatus();
}

}  // namespace porthole::net

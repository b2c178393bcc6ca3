#include "tests/bench/load/tls_client.h"

#include <openssl/err.h>

#include <array>
#include <stdexcept>

namespace porthole::bench {
namespace {

constexpr const char* kCipher = "TLS_AES_128_GCM_SHA256";

}  // namespace

TlsClient::TlsClient(bool resume) : context_(SSL_CTX_new(TLS_client_method())) {
  if (context_ == nullptr || SSL_CTX_set_min_proto_version(context_.get(), TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_ciphersuites(context_.get(), kCipher) != 1) {
    throw std::runtime_error("TLS cannot be set up: " + TlsError());
  }
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
  // Thousands of idle connections should not make this process the one that runs out of memory.
  SSL_CTX_set_mode(context_.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (resume) {
    SSL_CTX_set_session_cache_mode(context_.get(),
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_set_app_data(context_.get(), this);
    SSL_CTX_sess_set_new_cb(context_.get(), &TlsClient::Keep);
  }
}

int TlsClient::Keep(SSL* connection, SSL_SESSION* session) {
  auto* const self = static_cast<TlsClient*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
  self->sessions_.emplace_back(session);
  return 1;  // the session is ours now
}

std::unique_ptr<SSL, FreeTls> TlsClient::Over(int socket) {
  std::unique_ptr<SSL, FreeTls> connection(SSL_new(context_.get()));
  if (connection == nullptr || SSL_set_fd(connection.get(), socket) != 1) {
    throw std::runtime_error("no TLS connection: " + TlsError());
  }
  SSL_set_connect_state(connection.get());
  if (!sessions_.empty()) {
    SSL_set_session(connection.get(), sessions_.back().get());
    sessions_.pop_back();
  }
  return connection;
}

std::string TlsError() {
  std::array<char, 256> text = {};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return text.data();
}

}  // namespace porthole::bench

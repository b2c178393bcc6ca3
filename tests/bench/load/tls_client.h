#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

namespace porthole::bench {

struct FreeTls {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* connection) const { SSL_free(connection); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};

// TLS 1.3 as all viewers of a run speak it: AES-128-GCM, so that every peer pays for the same
// cipher, with the server's certificate unchecked, since it is the test's own.
class TlsClient {
 public:
  // With `resume`, sessions that servers hand out are used again, each once (RFC 8446, C.4).
  explicit TlsClient(bool resume);
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  TlsClient(TlsClient&&) = delete;
  TlsClient& operator=(TlsClient&&) = delete;
  ~TlsClient() = default;

  // A connection over that socket, about to shake hands.
  std::unique_ptr<SSL, FreeTls> Over(int socket);

 private:
  static int Keep(SSL* connection, SSL_SESSION* session);

  std::unique_ptr<SSL_CTX, FreeTls> context_;
  std::vector<std::unique_ptr<SSL_SESSION, FreeTls>> sessions_;
};

// What OpenSSL has to say about its newest error.
std::string TlsError();

}  // namespace porthole::bench

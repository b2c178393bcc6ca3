#pragma once

#include "net/byte_stream.h"
#include "net/tls.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <openssl/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace porthole::net {

// What TLS to hosts works with; files as the configuration names them.
struct ClientTlsFiles {
  std::string ca_file;           // PEM
  std::string ca_directory;      // of PEM files; both empty: the system's authorities
  std::string certificate_file;  // PEM, leaf first, for hosts that demand one; empty: none
  std::string private_key_file;  // PEM
  MinTls min_version = MinTls::kTls12;
};

enum class TlsTrust : std::uint8_t {
  kVerified,   // the other end's certificate is of a known authority and names it
  kAnonymous,  // no certificate at all; TLS 1.2 at most
};

// Whom TLS shall find at the other end.
struct TlsPeer {
  TlsTrust trust = TlsTrust::kVerified;
  std::string name;  // a host's name or a literal address; where anonymous, nobody's
};

// The client's side of TLS. Immutable and thread-safe once made.
class ClientTls {
 public:
  // Loads what the files hold. Errors: INVALID_ARGUMENT or NOT_FOUND, naming the file.
  static absl::StatusOr<std::shared_ptr<const ClientTls>> Load(const ClientTlsFiles& files);

  // A new connection's TLS state, for a client; the caller owns it (SSL_free). Errors: ABORTED
  // there is no name to verify; RESOURCE_EXHAUSTED.
  absl::StatusOr<SSL*> NewConnection(const TlsPeer& peer) const;

  // When the client's certificate expires; the epoch where there is none.
  std::chrono::system_clock::time_point CertificateExpiry() const { return expiry_; }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const;
  };
  using Context = std::unique_ptr<SSL_CTX, Free>;

  ClientTls() = default;
  absl::Status LoadAuthorities(const ClientTlsFiles& files) const;
  absl::Status LoadOwnPair(const ClientTlsFiles& files);

  Context verified_;
  Context anonymous_;
  std::chrono::system_clock::time_point expiry_;
};

// How the other end went when a handshake or the first read after it failed.
enum class TlsEnd : std::uint8_t {
  kError,   // TLS says so: OpenSSL's queue has the reason
  kHungUp,  // the connection ended
};

// Why a client's handshake failed, in words for an operator: ABORTED. Empties OpenSSL's queue.
absl::Status HandshakeFailure(SSL* tls, TlsEnd end);

// What the other end thinks of our certificate, or of there being none: in TLS 1.3 it says so only
// after the handshake, at the first read. ABORTED; OK when the failure has nothing to do with that.
absl::Status CertificateVerdict(SSL* tls, TlsEnd end);

// Runs TLS as the client on `stream`: in place on a socket, else in a stream around it. `stream` is
// never null, not even meanwhile; who closes it ends the handshake. Errors: ABORTED with
// HandshakeFailure()'s words; CANCELLED this side closed.
Awaitable<absl::Status> StartTls(std::unique_ptr<ByteStream>& stream,
                                 std::shared_ptr<const ClientTls> tls,
                                 TlsPeer peer);

}  // namespace porthole::net

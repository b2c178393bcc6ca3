#include "net/client_tls.h"

#include "base/ip_address.h"
#include "base/status.h"
#include "net/socket_stream.h"
#include "net/tls_stream.h"
#include "net/tls_words.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace porthole::net {
namespace {

namespace fs = std::filesystem;

// For TLS 1.2: forward secrecy; hypervisors may be old enough to have no AEAD.
constexpr const char* kVerifiedCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:!aNULL";
// VNC servers offer what GnuTLS or OpenSSL calls anonymous Diffie-Hellman.
constexpr const char* kAnonymousCiphers = "aNULL:!eNULL:!3DES:!CAMELLIA:@SECLEVEL=0";

absl::Status NoContext() {
  return Error(absl::StatusCode::kInternal, "TLS: " + TakeTlsError());
}

// What every connection is told: an idle one gives its buffers back; a write may be retried from
// another address; whoever asks for our certificate is remembered (see AskedForCertificate()).
void ConfigureBoth(SSL_CTX* context) {
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

absl::Status LoadAuthority(SSL_CTX* context, const std::string& file) {
  if (SSL_CTX_load_verify_file(context, file.c_str()) == 1) {
    return absl::OkStatus();
  }
  const std::string why = TakeTlsError();
  std::error_code error;
  return fs::exists(file, error)
             ? Error(absl::StatusCode::kInvalidArgument,
                     file + ": no authorities' PEM certificates: " + why)
             : Error(absl::StatusCode::kNotFound, file + ": there is no such file");
}

bool IsCertificateFile(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".pem" || extension == ".crt" || extension == ".cer";
}

absl::Status LoadAuthoritiesIn(SSL_CTX* context, const std::string& directory) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    if (IsCertificateFile(at->path())) {
      files.push_back(at->path());
    }
  }
  if (error) {
    return Error(absl::StatusCode::kNotFound, directory + ": " + error.message());
  }
  if (files.empty()) {
    return Error(absl::StatusCode::kNotFound,
                 directory + ": there is no file *.pem, *.crt or *.cer");
  }
  for (const fs::path& file : files) {
    if (absl::Status loaded = LoadAuthority(context, file.string()); !loaded.ok()) {
      return loaded;
    }
  }
  return absl::OkStatus();
}

// Where a connection keeps that it was asked for a certificate.
int AskedIndex() {
  static const int kIndex = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return kIndex;
}

// OpenSSL calls this when the other end asks for a certificate, and only then.
int RememberAsked(SSL* tls, void* /*argument*/) {
  SSL_set_ex_data(tls, AskedIndex(), tls);
  return 1;
}

// The name that a certificate is checked against; a final dot is the root's.
bool ExpectName(SSL* tls, std::string name) {
  if (name.ends_with('.')) {
    name.pop_back();
  }
  X509_VERIFY_PARAM* const expected = SSL_get0_param(tls);
  if (IpAddress::Parse(name).ok()) {
    return X509_VERIFY_PARAM_set1_ip_asc(expected, name.c_str()) == 1;
  }
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(expected, name.c_str(), name.size()) == 1 &&
         SSL_set_tlsext_host_name(tls, name.c_str()) == 1;
}

}  // namespace

void ClientTls::Free::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}

absl::Status ClientTls::LoadAuthorities(const ClientTlsFiles& files) const {
  SSL_CTX* const context = verified_.get();
  if (files.ca_file.empty() && files.ca_directory.empty()) {
    return SSL_CTX_set_default_verify_paths(context) == 1 ? absl::OkStatus() : NoContext();
  }
  if (!files.ca_file.empty()) {
    if (absl::Status loaded = LoadAuthority(context, files.ca_file); !loaded.ok()) {
      return loaded;
    }
  }
  return files.ca_directory.empty() ? absl::OkStatus()
                                    : LoadAuthoritiesIn(context, files.ca_directory);
}

absl::Status ClientTls::LoadOwnPair(const ClientTlsFiles& files) {
  if (files.certificate_file.empty()) {
    return absl::OkStatus();
  }
  return LoadTlsPair(verified_.get(), files.certificate_file, files.private_key_file, expiry_);
}

absl::StatusOr<std::shared_ptr<const ClientTls>> ClientTls::Load(const ClientTlsFiles& files) {
  const std::shared_ptr<ClientTls> made(new ClientTls());
  made->verified_.reset(SSL_CTX_new(TLS_client_method()));
  made->anonymous_.reset(SSL_CTX_new(TLS_client_method()));
  if (made->verified_ == nullptr || made->anonymous_ == nullptr) {
    return NoContext();
  }
  ConfigureBoth(made->verified_.get());
  ConfigureBoth(made->anonymous_.get());
  SSL_CTX_set_min_proto_version(
      made->verified_.get(), files.min_version == MinTls::kTls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_verify(made->verified_.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_max_proto_version(made->anonymous_.get(), TLS1_2_VERSION);
  if (SSL_CTX_set_cipher_list(made->verified_.get(), kVerifiedCiphers) != 1 ||
      SSL_CTX_set_cipher_list(made->anonymous_.get(), kAnonymousCiphers) != 1) {
    return NoContext();
  }
  absl::Status loaded = made->LoadAuthorities(files);
  if (loaded.ok()) {
    loaded = made->LoadOwnPair(files);
  }
  if (!loaded.ok()) {
    return loaded;
  }
  return std::shared_ptr<const ClientTls>(made);
}

absl::StatusOr<SSL*> ClientTls::NewConnection(const TlsPeer& peer) const {
  const bool verified = peer.trust == TlsTrust::kVerified;
  if (verified && peer.name.empty()) {
    return Error(absl::StatusCode::kAborted,
                 "there is no name that the host's certificate could be checked for; the token's "
                 "console.tls.server_name would give it one");
  }
  SSL* const tls = SSL_new(verified ? verified_.get() : anonymous_.get());
  if (tls == nullptr) {
    return Error(absl::StatusCode::kResourceExhausted, "TLS: out of memory");
  }
  SSL_set_connect_state(tls);
  SSL_set_cert_cb(tls, RememberAsked, nullptr);
  if (verified && !ExpectName(tls, peer.name)) {
    SSL_free(tls);
    return Error(absl::StatusCode::kAborted,
                 "\"" + peer.name + "\" is no name that a certificate could have");
  }
  return tls;
}

bool AskedForCertificate(const SSL* tls) {
  return SSL_get_ex_data(tls, AskedIndex()) != nullptr;
}

Awaitable<absl::Status> StartTls(std::unique_ptr<ByteStream>& stream,
                                 std::shared_ptr<const ClientTls> tls,
                                 TlsPeer peer) {
  const absl::StatusOr<SSL*> connection = tls->NewConnection(peer);
  if (!connection.ok()) {
    co_return connection.status();
  }
  // A socket has room for one TLS: what a tunnel over TLS carries is wrapped.
  auto* const socket = dynamic_cast<SocketStream*>(stream.get());
  if (socket != nullptr && socket->Facts().tls_version.empty()) {
    co_return co_await socket->StartTls(*connection);
  }
  auto layered = std::make_unique<TlsStream>(std::move(stream), *connection);
  TlsStream& started = *layered;
  stream = std::move(layered);
  co_return co_await started.Handshake();
}

}  // namespace porthole::net

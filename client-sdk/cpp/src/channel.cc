#include "channel.h"

#include "address.h"
#include "file.h"
#include "status.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <openssl/crypto.h>

#include <array>
#include <string>
#include <utility>

namespace porthole::client::internal {
namespace {

constexpr std::size_t kMaxPemBytes = 1U << 20U;

absl::Status CheckSecurity(const ConnectionOptions& options) {
  if (IsUnix(options.address)) {
    return options.tls.has_value() || options.plaintext
               ? InvalidArgument("a unix socket takes neither TLS files nor plaintext")
               : absl::OkStatus();
  }
  if (options.tls.has_value() == options.plaintext) {
    return InvalidArgument(options.address +
                           ": give a CA, a certificate and a key, or ask for plaintext");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(const TlsFiles& files) {
  grpc::SslCredentialsOptions pem;
  using Part = std::pair<const std::string&, std::string&>;
  const std::array<Part, 3> parts = {Part(files.ca_file, pem.pem_root_certs),
                                     Part(files.certificate_file, pem.pem_cert_chain),
                                     Part(files.private_key_file, pem.pem_private_key)};
  for (const auto& [path, content] : parts) {
    absl::StatusOr<std::string> text = ReadFile(path, kMaxPemBytes);
    if (!text.ok()) {
      return text.status();
    }
    // What is no PEM at all fails far away otherwise, as "the node cannot be reached".
    if (text->find("-----BEGIN ") == std::string::npos) {
      return InvalidArgument(path + " is not a PEM file");
    }
    content = *std::move(text);
  }
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::SslCredentials(pem);
  OPENSSL_cleanse(pem.pem_private_key.data(), pem.pem_private_key.size());
  return credentials;
}

grpc::ChannelArguments MakeArguments(const ConnectionOptions& options) {
  grpc::ChannelArguments arguments;
  // A control connection goes where the address says, whatever http_proxy says.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // gRPC waits a second and then up to two minutes by itself, and fails calls meanwhile.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  // A channel of its own: two connections to one node share no fate.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetUserAgentPrefix("porthole-client");
  if (options.tls.has_value() && !options.tls->server_name.empty()) {
    arguments.SetSslTargetNameOverride(options.tls->server_name);
  }
  return arguments;
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const ConnectionOptions& options) {
  for (absl::Status checked : {CheckAddress(options.address), CheckSecurity(options)}) {
    if (!checked.ok()) {
      return checked;
    }
  }
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (options.tls.has_value()) {
    absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> tls = MakeCredentials(*options.tls);
    if (!tls.ok()) {
      return tls.status();
    }
    credentials = *std::move(tls);
  }
  return grpc::CreateCustomChannel(options.address, credentials, MakeArguments(options));
}

}  // namespace porthole::client::internal

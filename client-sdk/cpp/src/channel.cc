#include "channel.h"

#include "file.h"
#include "status.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <openssl/crypto.h>

#include <string>
#include <string_view>

namespace porthole::client::internal {
namespace {

constexpr std::size_t kMaxPemBytes = 1U << 20U;

bool IsUnix(std::string_view address) {
  return address.starts_with("unix:");
}

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         text.find_first_not_of("0123456789") == std::string_view::npos &&
         std::stoul(std::string(text)) >= 1 && std::stoul(std::string(text)) <= 65535;
}

// gRPC would take "xds:…", "dns:…" and lists of addresses, too; a node is one address.
absl::Status CheckAddress(std::string_view address) {
  if (IsUnix(address)) {
    return address.size() > 5 && address[5] == '/'
               ? absl::OkStatus()
               : InvalidArgument("the address \"" + std::string(address) +
                                 "\" needs an absolute path: unix:/path");
  }
  const std::size_t colon = address.rfind(':');
  const std::string_view host = address.substr(0, colon);
  const bool literal_v6 = host.starts_with('[') && host.ends_with(']');
  const bool plain = host.find_first_of(":/,@ ") == std::string_view::npos;
  if (colon == std::string_view::npos || host.empty() || (!literal_v6 && !plain) ||
      !IsPort(address.substr(colon + 1))) {
    return InvalidArgument("the address \"" + std::string(address) +
                           "\" is neither unix:/path nor HOST:PORT");
  }
  return absl::OkStatus();
}

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
  const struct {
    const std::string& path;
    std::string& content;
  } parts[] = {{files.ca_file, pem.pem_root_certs},
               {files.certificate_file, pem.pem_cert_chain},
               {files.private_key_file, pem.pem_private_key}};
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

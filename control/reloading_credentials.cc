#include "control/reloading_credentials.h"

#include <grpc/grpc.h>
#include <grpc/slice.h>
#include <grpcpp/support/string_ref.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace porthole::control {
namespace {

grpc::string_ref RefOf(const grpc_slice& slice) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): gRPC's slices are of bytes.
  return {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
}

// gRPC's own wrapper of a C context is not public. Enough for who only looks properties up.
class PeerContext final : public grpc::AuthContext {
 public:
  explicit PeerContext(const grpc_auth_context* context) : context_(context) {}

  bool IsPeerAuthenticated() const override {
    return grpc_auth_context_peer_is_authenticated(context_) != 0;
  }
  std::vector<grpc::string_ref> GetPeerIdentity() const override { return {}; }
  std::string GetPeerIdentityPropertyName() const override { return {}; }
  std::vector<grpc::string_ref> FindPropertyValues(const std::string& name) const override {
    std::vector<grpc::string_ref> values;
    grpc_auth_property_iterator found =
        grpc_auth_context_find_properties_by_name(context_, name.c_str());
    while (const grpc_auth_property* const property = grpc_auth_property_iterator_next(&found)) {
      values.emplace_back(property->value, property->value_length);
    }
    return values;
  }
  grpc::AuthPropertyIterator begin() const override { return Nothing(); }
  grpc::AuthPropertyIterator end() const override { return Nothing(); }
  void AddProperty(const std::string& /*key*/, const grpc::string_ref& /*value*/) override {}
  bool SetPeerIdentityPropertyName(const std::string& /*name*/) override { return false; }

 private:
  struct Nothing : grpc::AuthPropertyIterator {
    Nothing() = default;
  };

  const grpc_auth_context* context_;
};

}  // namespace

struct ReloadingCredentials::Source {
  // gRPC asks at each handshake, one at a time.
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* user_data, grpc_ssl_server_certificate_config** config) {
    auto& source = *static_cast<Source*>(user_data);
    const std::lock_guard lock(source.mutex);
    if (source.given == source.version) {
      return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    }
    std::string key(source.pems.private_key.Reveal());
    const grpc_ssl_pem_key_cert_pair pair = {.private_key = key.c_str(),
                                             .cert_chain = source.pems.certificate_chain.c_str()};
    *config = grpc_ssl_server_certificate_config_create(source.pems.client_ca.c_str(), &pair, 1);
    source.given = source.version;
    std::ranges::fill(key, '\0');
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  // The gate, in the words of gRPC's C interface.
  static void Judge(void* state,
                    grpc_auth_context* context,
                    const grpc_metadata* metadata,
                    std::size_t count,
                    grpc_process_auth_metadata_done_cb done,
                    void* user_data) {
    const auto& source = **static_cast<std::shared_ptr<Source>*>(state);
    Gate::InputMetadata input;
    for (std::size_t i = 0; i < count; ++i) {
      input.emplace(RefOf(metadata[i].key), RefOf(metadata[i].value));
    }
    PeerContext peer(context);
    const grpc::Status judged = source.gate->Process(input, &peer, nullptr, nullptr);
    done(user_data, nullptr, 0, nullptr, 0, static_cast<grpc_status_code>(judged.error_code()),
         judged.ok() ? nullptr : judged.error_message().c_str());
  }

  // gRPC's credentials are gone: they were the last to use the source.
  static void LetGo(void* state) { delete static_cast<std::shared_ptr<Source>*>(state); }

  std::shared_ptr<Gate> gate;
  std::mutex mutex;  // guards all below
  CertificatePems pems;
  std::uint64_t version = 1;
  std::uint64_t given = 0;
};

ReloadingCredentials::ReloadingCredentials(CertificatePems pems, std::shared_ptr<Gate> gate)
    : source_(std::make_shared<Source>()),
      // A caller without a certificate is let through TLS, to be told why by the gate.
      credentials_(grpc_ssl_server_credentials_create_with_options(
          grpc_ssl_server_credentials_create_options_using_config_fetcher(
              GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY, Source::Fetch, source_.get()))) {
  source_->gate = std::move(gate);
  source_->pems = std::move(pems);
  auto own = std::make_unique<std::shared_ptr<Source>>(source_);
  const grpc_auth_metadata_processor judge = {
      .process = Source::Judge, .destroy = Source::LetGo, .state = own.release()};
  grpc_server_credentials_set_auth_metadata_processor(credentials_, judge);
}

ReloadingCredentials::~ReloadingCredentials() {
  grpc_server_credentials_release(credentials_);
}

void ReloadingCredentials::Replace(CertificatePems pems) {
  const std::lock_guard lock(source_->mutex);
  source_->pems = std::move(pems);
  ++source_->version;
}

void ReloadingCredentials::SetAuthMetadataProcessor(
    const std::shared_ptr<grpc::AuthMetadataProcessor>& /*processor*/) {}

int ReloadingCredentials::AddPortToServer(const std::string& address, grpc_server* server) {
  return grpc_server_add_http2_port(server, address.c_str(), credentials_);
}

}  // namespace porthole::control

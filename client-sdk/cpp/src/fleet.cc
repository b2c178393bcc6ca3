#include "porthole/client/fleet.h"

#include "parallel.h"
#include "status.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

namespace porthole::client {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

// The nodes known so far, shared by the copies of a Fleet.
class Fleet::Nodes {
 public:
  explicit Nodes(FleetOptions options) : options_(std::move(options)) {}

  // A look-up holds up other calls: they would otherwise all look the same up.
  Known Find() {
    const std::lock_guard lock(mutex_);
    const Clock::time_point now = Clock::now();
    absl::Status found;
    if (!found_at_.has_value() || now - *found_at_ >= options_.refresh) {
      found = LookUp();
      if (found.ok()) {
        found_at_ = now;
      }
    }
    Known known{.nodes = {}, .found = std::move(found)};
    for (const auto& [address, client] : clients_) {
      known.nodes.push_back({address, client});
    }
    return known;
  }

  std::size_t Parallel() const { return options_.parallel; }

 private:
  absl::Status LookUp() {
    absl::StatusOr<std::vector<std::string>> addresses = options_.find();
    if (!addresses.ok()) {
      return addresses.status();
    }
    std::map<std::string, absl::StatusOr<Client>> clients;
    for (const std::string& address : *addresses) {
      const auto known = clients_.find(address);
      const bool usable = known != clients_.end() && known->second.ok();
      clients.try_emplace(address, usable ? known->second : Connect(address));
    }
    clients_ = std::move(clients);
    return absl::OkStatus();
  }

  absl::StatusOr<Client> Connect(const std::string& address) const {
    ConnectionOptions options = options_.connection;
    options.address = address;
    absl::StatusOr<std::shared_ptr<Connection>> connection = MakeConnection(options);
    if (!connection.ok()) {
      return connection.status();
    }
    return Client(*std::move(connection));
  }

  const FleetOptions options_;
  std::mutex mutex_;
  std::optional<Clock::time_point> found_at_;
  std::map<std::string, absl::StatusOr<Client>> clients_;
};

absl::StatusOr<Fleet> Fleet::Make(FleetOptions options) {
  if (!options.find) {
    return internal::InvalidArgument("a fleet needs a way to find its nodes");
  }
  if (options.parallel == 0) {
    return internal::InvalidArgument("a fleet must call at least one node at a time");
  }
  return Fleet(std::make_shared<Nodes>(std::move(options)));
}

Fleet::Known Fleet::Find() {
  return nodes_->Find();
}

void Fleet::Run(std::size_t count, const std::function<void(std::size_t)>& work) const {
  internal::RunParallel(count, nodes_->Parallel(), work);
}

absl::StatusOr<std::vector<std::string>> Fleet::Addresses() {
  Known known = Find();
  if (!known.found.ok()) {
    return known.found;
  }
  std::vector<std::string> addresses;
  std::ranges::transform(known.nodes, std::back_inserter(addresses), &KnownNode::address);
  return addresses;
}

FleetAnswer<v1::TokenKey> Fleet::PutTokenKey(const std::string& key_id,
                                             const KeyMaterial& material) {
  return Each<v1::TokenKey>([&](Client& client) { return client.PutTokenKey(key_id, material); });
}

FleetAnswer<v1::TokenKey> Fleet::PutTokenKey(const std::string& key_id,
                                             const CloudStackKey& key,
                                             const CloudStackRules& rules) {
  return Each<v1::TokenKey>([&](Client& client) { return client.PutTokenKey(key_id, key, rules); });
}

FleetAnswer<v1::DeleteTokenKeyResponse> Fleet::DeleteTokenKey(
    const v1::DeleteTokenKeyRequest& request) {
  return Each<v1::DeleteTokenKeyResponse>(
      [&](Client& client) { return client.DeleteTokenKey(request); });
}

FleetAnswer<std::vector<v1::TokenKey>> Fleet::ListTokenKeys() {
  return Each<std::vector<v1::TokenKey>>([](Client& client) { return client.ListTokenKeys(); });
}

FleetAnswer<std::vector<v1::Session>> Fleet::ListSessions(const v1::SessionFilter& filter) {
  return Each<std::vector<v1::Session>>(
      [&](Client& client) { return client.ListSessions(filter); });
}

FleetAnswer<v1::RevokeSessionsResponse> Fleet::RevokeSessions(
    const v1::RevokeSessionsRequest& request) {
  return Each<v1::RevokeSessionsResponse>(
      [&](Client& client) { return client.RevokeSessions(request); });
}

FleetAnswer<v1::AnnounceToSessionsResponse> Fleet::AnnounceToSessions(
    const v1::AnnounceToSessionsRequest& request) {
  return Each<v1::AnnounceToSessionsResponse>(
      [&](Client& client) { return client.AnnounceToSessions(request); });
}

FleetAnswer<std::vector<v1::Block>> Fleet::ListBlocks() {
  return Each<std::vector<v1::Block>>([](Client& client) { return client.ListBlocks(); });
}

FleetAnswer<v1::Node> Fleet::GetNode() {
  return Each<v1::Node>([](Client& client) { return client.GetNode(); });
}

void internal::AddToSummary(absl::Status& summary,
                            const std::string& address,
                            const absl::Status& status) {
  if (status.ok()) {
    return;
  }
  // Most errors begin with the address already.
  std::string line(status.message());
  if (!line.starts_with(address)) {
    line.insert(0, address + ": ");
  }
  summary = summary.ok() ? Error(status.code(), line)
                         : Error(summary.code(), std::string(summary.message()) + "\n" + line);
}

}  // namespace porthole::client

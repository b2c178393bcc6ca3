#pragma once

#include "porthole/client/client.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace porthole::client {

// Where a fleet's nodes are: their addresses, each as ConnectionOptions has it. May be called from
// any thread, one call at a time.
using FindNodes = std::function<absl::StatusOr<std::vector<std::string>>()>;

// Always the same nodes.
FindNodes NodesAt(std::vector<std::string> addresses);

// Every address of a DNS name, for example of a Kubernetes headless service. `host_and_port` is
// "HOST:PORT". Errors of the look-up: NOT_FOUND when the name has no address, else UNAVAILABLE.
FindNodes NodesByName(std::string host_and_port);

struct FleetOptions {
  // How to reach each node; its `address` is not used. A node that was found by name has an
  // address that is in no certificate: set tls->server_name to the name that is.
  ConnectionOptions connection;
  FindNodes find;
  // A list of nodes that is older than this is asked for again before a call.
  std::chrono::milliseconds refresh{30'000};
  // How many nodes are called at the same time.
  std::size_t parallel = 32;
};

// What one node answered.
template <typename T>
struct NodeAnswer {
  std::string address;
  absl::StatusOr<T> answer;
};

// What a fleet answered: by address, each node once.
template <typename T>
struct FleetAnswer {
  std::vector<NodeAnswer<T>> nodes;
  // Not OK when the nodes could not be found this time; the calls then went to those known before.
  absl::Status found;

  // OK when the nodes were found and each did what was asked; else the errors of those that did
  // not, one a line, with the code of the first.
  absl::Status Summary() const;
};

// One call to every node of a fleet. A node that fails does not keep the others from being called:
// look at the answers. Nodes keep their connections from call to call. Thread-safe.
class Fleet {
 public:
  // Errors: INVALID_ARGUMENT when there is nothing to find nodes with, or a limit is 0.
  static absl::StatusOr<Fleet> Make(FleetOptions options);

  // Pushes a key to every node. Again is harmless: repeat it until Summary() is OK.
  FleetAnswer<v1::TokenKey> PutTokenKey(const std::string& key_id, const KeyMaterial& material);
  FleetAnswer<v1::TokenKey> PutTokenKey(const std::string& key_id,
                                        const CloudStackKey& key,
                                        const CloudStackRules& rules = {});
  FleetAnswer<v1::DeleteTokenKeyResponse> DeleteTokenKey(const v1::DeleteTokenKeyRequest& request);
  FleetAnswer<std::vector<v1::TokenKey>> ListTokenKeys();
  FleetAnswer<std::vector<v1::Session>> ListSessions(const v1::SessionFilter& filter = {});
  FleetAnswer<v1::RevokeSessionsResponse> RevokeSessions(const v1::RevokeSessionsRequest& request);
  FleetAnswer<v1::AnnounceToSessionsResponse> AnnounceToSessions(
      const v1::AnnounceToSessionsRequest& request);
  FleetAnswer<std::vector<v1::Block>> ListBlocks();
  FleetAnswer<v1::Node> GetNode();

  // Any other call: `call` gets a Client& and returns an absl::StatusOr<T>. It runs on threads of
  // the fleet, for several nodes at once.
  template <typename T, typename Call>
  FleetAnswer<T> Each(Call call) {
    Known known = Find();
    FleetAnswer<T> all;
    all.found = std::move(known.found);
    for (const KnownNode& node : known.nodes) {
      all.nodes.push_back({node.address, absl::UnknownError("not called")});
    }
    Run(known.nodes.size(), [&](std::size_t i) {
      const KnownNode& node = known.nodes[i];
      if (node.client.ok()) {
        Client client = *node.client;
        all.nodes[i].answer = call(client);
      } else {
        all.nodes[i].answer = node.client.status();
      }
    });
    return all;
  }

  // The nodes as they are known now, looked up again where that is due.
  absl::StatusOr<std::vector<std::string>> Addresses();

 private:
  struct KnownNode {
    std::string address;
    absl::StatusOr<Client> client;
  };
  struct Known {
    std::vector<KnownNode> nodes;
    absl::Status found;
  };
  class Nodes;

  explicit Fleet(std::shared_ptr<Nodes> nodes) : nodes_(std::move(nodes)) {}

  Known Find();
  void Run(std::size_t count, const std::function<void(std::size_t)>& work) const;

  std::shared_ptr<Nodes> nodes_;
};

namespace internal {
// Adds what one node said to what was said so far.
void AddToSummary(absl::Status& summary, const std::string& address, const absl::Status& status);
}  // namespace internal

template <typename T>
absl::Status FleetAnswer<T>::Summary() const {
  absl::Status summary = found;
  for (const NodeAnswer<T>& node : nodes) {
    internal::AddToSummary(summary, node.address, node.answer.status());
  }
  return summary;
}

}  // namespace porthole::client

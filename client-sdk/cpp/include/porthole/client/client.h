#pragma once

#include "porthole/client/cloudstack_key.h"
#include "porthole/client/connection.h"
#include "porthole/client/key_material.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace porthole::client {

// The control API of one node, in the words of a management server. A cheap value: copies share one
// connection. Errors are those of Connection. Thread-safe.
//
//   auto connection = MakeConnection({.address = "unix:/run/porthole/control.sock"});
//   if (!connection.ok()) return connection.status();
//   Client client(*connection);
//   auto stored = client.PutTokenKey("cloud-1", KeyMaterial::Generate());
class Client {
 public:
  explicit Client(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  // Stores a key for Porthole's own tokens. Repeating it is harmless.
  // Errors: ALREADY_EXISTS when the id is taken by other material.
  absl::StatusOr<v1::TokenKey> PutTokenKey(const std::string& key_id, const KeyMaterial& material);
  // Stores the keys of a CloudStack installation; a node takes 8 of them. Repeating it is harmless.
  // Errors: ALREADY_EXISTS when the id is taken by other keys or other rules.
  absl::StatusOr<v1::TokenKey> PutTokenKey(const std::string& key_id,
                                           const CloudStackKey& key,
                                           const CloudStackRules& rules = {});
  // All keys by id, without their material.
  absl::StatusOr<std::vector<v1::TokenKey>> ListTokenKeys();
  // Errors: NOT_FOUND.
  absl::StatusOr<v1::DeleteTokenKeyResponse> DeleteTokenKey(
      const v1::DeleteTokenKeyRequest& request);

  // All live sessions that match, oldest first; every page is fetched.
  absl::StatusOr<std::vector<v1::Session>> ListSessions(const v1::SessionFilter& filter = {});
  // Errors: NOT_FOUND.
  absl::StatusOr<v1::Session> GetSession(const std::string& session_id);
  // Returns when the sessions have ended, or after two seconds with those that are still ending.
  absl::StatusOr<v1::RevokeSessionsResponse> RevokeSessions(
      const v1::RevokeSessionsRequest& request);

  // Changes those fields of a session's policy that `update_mask` names; returns the session as it
  // is then. Errors: NOT_FOUND; FAILED_PRECONDITION when a restriction could not be kept any more.
  absl::StatusOr<v1::Session> UpdateSession(const v1::UpdateSessionRequest& request);
  // Shows a text in the viewers of the sessions that match.
  absl::StatusOr<v1::AnnounceToSessionsResponse> AnnounceToSessions(
      const v1::AnnounceToSessionsRequest& request);
  // The raw stream of changes; SessionWatcher makes a consistent view of it.
  std::unique_ptr<SessionStream> WatchSessions(const v1::WatchSessionsRequest& request);

  // All blocks in force, oldest first.
  absl::StatusOr<std::vector<v1::Block>> ListBlocks();
  // Errors: NOT_FOUND.
  absl::Status LiftBlock(const std::string& block_id);

  absl::StatusOr<v1::Node> GetNode();
  // Admits nobody from now on; what still lives when `deadline` is over is ended. `reason` is what
  // the people are told, at most 120 bytes; empty: a sentence of the node's own.
  absl::StatusOr<v1::Node> Drain(std::chrono::milliseconds deadline,
                                 const std::string& reason = "");
  // Takes Drain() back.
  absl::StatusOr<v1::Node> Resume();

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace porthole::client

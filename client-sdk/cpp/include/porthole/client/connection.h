#pragma once

#include "porthole/client/connection_options.h"
#include "porthole/control/v1/node_service.pb.h"
#include "porthole/control/v1/session_service.pb.h"
#include "porthole/control/v1/token_key_service.pb.h"

#include <absl/status/statusor.h>

#include <chrono>
#include <memory>

namespace porthole::client {

namespace v1 = porthole::control::v1;

// What a node sends in answer to WatchSessions. One thread reads; Cancel() may come from any other.
// Destroying it ends the call.
class SessionStream {
 public:
  SessionStream() = default;
  SessionStream(const SessionStream&) = delete;
  SessionStream& operator=(const SessionStream&) = delete;
  virtual ~SessionStream() = default;

  // Waits until the node has taken the call on, which it says before any message. Errors: as
  // Read().
  virtual absl::Status WaitUntilBegun(std::chrono::milliseconds silence) = 0;

  // Waits for the next message. Errors: DEADLINE_EXCEEDED when none came within `silence` (reading
  // may go on); everything else is how the stream ended: CANCELLED by Cancel(), UNAVAILABLE when
  // the node ended it in order or is gone, and what session_service.proto says.
  virtual absl::StatusOr<v1::WatchSessionsResponse> Read(std::chrono::milliseconds silence) = 0;

  // Ends the stream; a Read() that waits returns.
  virtual void Cancel() = 0;
};

// One node's control API, one function a call: what Client needs, and what a test of yours may
// replace. Every function but WatchSessions waits for the answer. Thread-safe.
//
// Errors carry the code of the answer, and a message that begins with the node's address and the
// call's name: UNAVAILABLE when the node cannot be reached, DEADLINE_EXCEEDED when it does not
// answer in time, UNAUTHENTICATED and PERMISSION_DENIED when it does not accept the caller; others
// as the .proto files say.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  virtual absl::StatusOr<v1::PutTokenKeyResponse> PutTokenKey(
      const v1::PutTokenKeyRequest& request) = 0;
  virtual absl::StatusOr<v1::ListTokenKeysResponse> ListTokenKeys(
      const v1::ListTokenKeysRequest& request) = 0;
  virtual absl::StatusOr<v1::DeleteTokenKeyResponse> DeleteTokenKey(
      const v1::DeleteTokenKeyRequest& request) = 0;

  virtual absl::StatusOr<v1::ListSessionsResponse> ListSessions(
      const v1::ListSessionsRequest& request) = 0;
  virtual absl::StatusOr<v1::GetSessionResponse> GetSession(
      const v1::GetSessionRequest& request) = 0;
  virtual absl::StatusOr<v1::RevokeSessionsResponse> RevokeSessions(
      const v1::RevokeSessionsRequest& request) = 0;
  virtual absl::StatusOr<v1::ListBlocksResponse> ListBlocks(
      const v1::ListBlocksRequest& request) = 0;
  virtual absl::StatusOr<v1::LiftBlockResponse> LiftBlock(const v1::LiftBlockRequest& request) = 0;

  virtual absl::StatusOr<v1::UpdateSessionResponse> UpdateSession(
      const v1::UpdateSessionRequest& request) = 0;
  virtual absl::StatusOr<v1::AnnounceToSessionsResponse> AnnounceToSessions(
      const v1::AnnounceToSessionsRequest& request) = 0;
  // Begins a watch; never waits and never fails, Read() says what became of it.
  virtual std::unique_ptr<SessionStream> WatchSessions(const v1::WatchSessionsRequest& request) = 0;

  virtual absl::StatusOr<v1::GetNodeResponse> GetNode(const v1::GetNodeRequest& request) = 0;
  virtual absl::StatusOr<v1::DrainResponse> Drain(const v1::DrainRequest& request) = 0;
  virtual absl::StatusOr<v1::ResumeResponse> Resume(const v1::ResumeRequest& request) = 0;
};

// A connection over gRPC. Connects with the first call, and again after a loss. Calls that may be
// made twice without harm (see RetryOptions) are made again when the node cannot be reached.
// Errors: INVALID_ARGUMENT when the options contradict each other or name no address; NOT_FOUND,
// PERMISSION_DENIED or INVALID_ARGUMENT when a file cannot be read, with its name.
absl::StatusOr<std::shared_ptr<Connection>> MakeConnection(const ConnectionOptions& options);

}  // namespace porthole::client

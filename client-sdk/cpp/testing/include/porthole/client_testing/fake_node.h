#pragma once

#include "porthole/client/connection.h"
#include "porthole/client/connection_options.h"

#include <absl/status/status.h>
#include <google/protobuf/message.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace porthole::client_testing {

namespace v1 = porthole::control::v1;

// One call that a FakeNode got.
struct RecordedCall {
  std::string method;  // for example "PutTokenKey"
  std::shared_ptr<const google::protobuf::Message> request;
};

// A node for the tests of whoever uses the SDK: the whole control API in this process, over real
// gRPC on a port of 127.0.0.1, with no consoles behind it. It keeps keys, sessions and blocks as a
// node does, answers from them, does what a test scripts, and records every call. Filters and
// selectors compare client addresses as text. Thread-safe.
//
//   FakeNode node;
//   node.Open(SessionOf("session-1", "alice"));
//   YourCode(node.Options());
//   EXPECT_EQ(node.RequestsOf<v1::RevokeSessionsRequest>().size(), 1U);
class FakeNode {
 public:
  // Throws std::runtime_error when it cannot listen.
  explicit FakeNode(const std::string& node_id = "fake-node");
  FakeNode(const FakeNode&) = delete;
  FakeNode& operator=(const FakeNode&) = delete;
  ~FakeNode();

  // Where it listens, and how to connect there.
  const std::string& Address() const { return address_; }
  client::ConnectionOptions Options() const;

  // What happens on the node. Watches are told at once.
  // Enters a session, or changes the one with its id.
  void Open(const v1::Session& session);
  // Ends it; nothing happens when it does not live.
  void End(const std::string& session_id, v1::EndReason reason);
  // Tells watches that nothing happened.
  void Heartbeat();

  // Faults.
  // The next `times` calls of a method (for example "PutTokenKey") fail so. A watch that fails says
  // nothing before.
  void FailNext(const std::string& method, const absl::Status& status, std::size_t times = 1);
  // While true, every call fails with UNAVAILABLE, and watches end so.
  void SetUnavailable(bool unavailable);
  // Every watch that is going on ends so.
  void EndWatches(const absl::Status& status);
  // Watches resumed from a revision up to now are answered with OUT_OF_RANGE.
  void ForgetRevisions();
  // As a process that ends and starts again, with nothing but memory: keys, blocks and sessions are
  // gone, the boot id is another one, watches end.
  void Restart();

  // What it got, oldest first.
  std::vector<RecordedCall> Calls() const;
  // The requests of one type.
  template <typename Request>
  std::vector<Request> RequestsOf() const {
    std::vector<Request> requests;
    for (const RecordedCall& call : Calls()) {
      if (const auto* const request = dynamic_cast<const Request*>(call.request.get())) {
        requests.push_back(*request);
      }
    }
    return requests;
  }

  // What it holds.
  std::vector<v1::Session> Sessions() const;
  std::vector<v1::TokenKey> TokenKeys() const;
  // Watches that are going on.
  std::size_t WatchCount() const;

 private:
  class Server;

  std::unique_ptr<Server> server_;
  std::string address_;
};

}  // namespace porthole::client_testing

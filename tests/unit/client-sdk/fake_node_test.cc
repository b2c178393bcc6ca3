#include "porthole/client_testing/fake_node.h"

#include "porthole/client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace porthole::client_testing {
namespace {

using testing::HasSubstr;

constexpr std::chrono::seconds kLong{20};

v1::Session SessionOf(const std::string& id, const std::string& subject) {
  v1::Session session;
  session.set_session_id(id);
  session.set_subject(subject);
  session.set_console_id("vm-" + id);
  session.set_state(v1::SESSION_STATE_ACTIVE);
  return session;
}

class FakeNodeTest : public testing::Test {
 protected:
  static client::Client ClientOf(const client::ConnectionOptions& options) {
    const auto connection = client::MakeConnection(options);
    EXPECT_TRUE(connection.ok()) << connection.status().ToString();
    return client::Client(*connection);
  }

  FakeNode node_;
  client::Client client_ = ClientOf(node_.Options());
};

TEST_F(FakeNodeTest, KeepsKeysAsANodeDoes) {
  const client::KeyMaterial material = client::KeyMaterial::Generate();

  EXPECT_TRUE(client_.PutTokenKey("k1", material).ok());
  EXPECT_TRUE(client_.PutTokenKey("k1", material).ok());
  EXPECT_EQ(client_.PutTokenKey("k1", client::KeyMaterial::Generate()).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(client_.ListTokenKeys()->size(), 1U);
  EXPECT_EQ(node_.TokenKeys().size(), 1U);
  v1::DeleteTokenKeyRequest request;
  request.set_key_id("k1");
  EXPECT_TRUE(client_.DeleteTokenKey(request).ok());
  EXPECT_EQ(client_.DeleteTokenKey(request).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(FakeNodeTest, GivesItsSessionsInPages) {
  for (int i = 0; i < 2500; ++i) {
    node_.Open(SessionOf("session-" + std::to_string(i), i % 2 == 0 ? "alice" : "bob"));
  }
  v1::SessionFilter alices;
  alices.set_subject("alice");

  EXPECT_EQ(client_.ListSessions()->size(), 2500U);
  EXPECT_EQ(client_.ListSessions(alices)->size(), 1250U);
  EXPECT_EQ(node_.RequestsOf<v1::ListSessionsRequest>().size(), 3U + 2U);
  EXPECT_EQ(client_.GetSession("session-7")->subject(), "bob");
  EXPECT_EQ(client_.GetSession("nobody").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(FakeNodeTest, RevokesBlocksAndRecords) {
  node_.Open(SessionOf("a", "alice"));
  node_.Open(SessionOf("b", "bob"));
  v1::RevokeSessionsRequest request;
  request.mutable_selector()->set_subject("alice");
  request.set_reason("Your shift is over.");

  const auto revoked = client_.RevokeSessions(request);

  EXPECT_EQ(revoked->ended_count(), 1);
  EXPECT_EQ(node_.Sessions().size(), 1U);
  EXPECT_EQ(client_.ListBlocks()->front().reason(), "Your shift is over.");
  EXPECT_TRUE(client_.LiftBlock(revoked->block().block_id()).ok());
  EXPECT_EQ(client_.LiftBlock(revoked->block().block_id()).code(), absl::StatusCode::kNotFound);
  ASSERT_EQ(node_.RequestsOf<v1::RevokeSessionsRequest>().size(), 1U);
  EXPECT_EQ(node_.Calls().front().method, "RevokeSessions");
}

TEST_F(FakeNodeTest, ChangesPoliciesAnnouncesAndDrains) {
  node_.Open(SessionOf("a", "alice"));
  v1::UpdateSessionRequest update;
  update.mutable_session()->set_session_id("a");
  update.mutable_session()->mutable_policy()->set_view_only(true);
  update.mutable_session()->set_subject("mallory");
  update.mutable_update_mask()->add_paths("policy.view_only");
  v1::AnnounceToSessionsRequest announcement;
  announcement.mutable_selector()->set_all(true);

  const auto updated = client_.UpdateSession(update);

  EXPECT_TRUE(updated->policy().view_only());
  EXPECT_EQ(updated->subject(), "alice");
  EXPECT_EQ(client_.AnnounceToSessions(announcement)->sent_count(), 1);
  EXPECT_TRUE(client_.Drain(std::chrono::minutes(5), "Maintenance")->draining());
  EXPECT_EQ(node_.RequestsOf<v1::DrainRequest>().front().deadline().seconds(), 300);
  EXPECT_FALSE(client_.Resume()->draining());
}

TEST_F(FakeNodeTest, FailsAsScriptedThatOften) {
  node_.FailNext("RevokeSessions", absl::UnavailableError("gone"));
  v1::RevokeSessionsRequest all;
  all.mutable_selector()->set_all(true);

  const auto failed = client_.RevokeSessions(all);

  EXPECT_EQ(failed.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(failed.status().message()), HasSubstr("RevokeSessions: gone"));
  EXPECT_EQ(node_.RequestsOf<v1::RevokeSessionsRequest>().size(), 1U) << "never made again";
  EXPECT_TRUE(client_.RevokeSessions(all).ok());
}

TEST_F(FakeNodeTest, ACallWithoutHarmIsMadeAgain) {
  node_.FailNext("GetNode", absl::UnavailableError("gone"), 2);
  node_.FailNext("PutTokenKey", absl::UnavailableError("gone"), 2);

  EXPECT_TRUE(client_.GetNode().ok());
  EXPECT_TRUE(client_.PutTokenKey("k", client::KeyMaterial::Generate()).ok());
  EXPECT_EQ(node_.Calls().size(), 6U);

  node_.FailNext("GetNode", absl::UnavailableError("gone"), 3);
  EXPECT_EQ(client_.GetNode().status().code(), absl::StatusCode::kUnavailable);
  node_.FailNext("GetNode", absl::PermissionDeniedError("no"));
  EXPECT_EQ(client_.GetNode().status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(FakeNodeTest, RepetitionsEndWithTheTimeOfTheCall) {
  client::ConnectionOptions options = node_.Options();
  options.timeout = std::chrono::milliseconds(300);
  options.retry = {.attempts = 1000, .backoff = std::chrono::milliseconds(50)};
  node_.SetUnavailable(true);

  EXPECT_EQ(ClientOf(options).GetNode().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_LT(node_.Calls().size(), 12U);
}

TEST_F(FakeNodeTest, SendsWhatLivesThenWhatChanges) {
  node_.Open(SessionOf("a", "alice"));
  const auto stream = client_.WatchSessions({});
  std::vector<std::string> types;
  const auto read = [&] {
    const auto message = stream->Read(kLong);
    types.push_back(message.ok() ? v1::SessionEventType_Name(message->type())
                                 : message.status().ToString());
  };
  read();
  read();
  node_.Open(SessionOf("b", "bob"));
  node_.Open(SessionOf("b", "bob"));
  node_.End("b", v1::END_REASON_REVOKED);
  node_.Heartbeat();
  for (int i = 0; i < 4; ++i) {
    read();
  }

  EXPECT_THAT(types,
              testing::ElementsAre("SESSION_EVENT_TYPE_LIVE", "SESSION_EVENT_TYPE_SYNCED",
                                   "SESSION_EVENT_TYPE_OPENED", "SESSION_EVENT_TYPE_CHANGED",
                                   "SESSION_EVENT_TYPE_ENDED", "SESSION_EVENT_TYPE_HEARTBEAT"));
  EXPECT_EQ(stream->Read(std::chrono::milliseconds(1)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  node_.EndWatches(absl::ResourceExhaustedError("too slow"));
  EXPECT_EQ(stream->Read(kLong).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(FakeNodeTest, AStreamCanBeCancelledOrDroppedAtAnyTime) {
  for (int i = 0; i < 100; ++i) {
    node_.Open(SessionOf("session-" + std::to_string(i), "alice"));
  }
  const auto cancelled = client_.WatchSessions({});
  cancelled->Cancel();
  absl::Status ended;
  while (ended.ok()) {
    ended = cancelled->Read(kLong).status();
  }
  EXPECT_EQ(ended.code(), absl::StatusCode::kCancelled);

  for (int reads = 0; reads < 50; ++reads) {
    const auto dropped = client_.WatchSessions({});
    for (int i = 0; i < reads; ++i) {
      EXPECT_TRUE(dropped->Read(kLong).ok());
    }
  }
}

}  // namespace
}  // namespace porthole::client_testing

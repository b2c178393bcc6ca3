#include "porthole/client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

namespace porthole::client {
namespace {

// Every function fails unless a test replaces it.
class FakeConnection : public Connection {
 public:
  absl::StatusOr<v1::PutTokenKeyResponse> PutTokenKey(const v1::PutTokenKeyRequest&) override {
    return absl::UnavailableError("unused");
  }
  absl::StatusOr<v1::ListTokenKeysResponse> ListTokenKeys(
      const v1::ListTokenKeysRequest&) override {
    return absl::UnavailableError("unused");
  }
  absl::StatusOr<v1::DeleteTokenKeyResponse> DeleteTokenKey(
      const v1::DeleteTokenKeyRequest&) override {
    return absl::UnavailableError("unused");
  }
  absl::StatusOr<v1::ListSessionsResponse> ListSessions(
      const v1::ListSessionsRequest& request) override {
    return list_sessions(request);
  }
  absl::StatusOr<v1::GetSessionResponse> GetSession(const v1::GetSessionRequest&) override {
    return absl::UnavailableError("unused");
  }
  absl::StatusOr<v1::RevokeSessionsResponse> RevokeSessions(
      const v1::RevokeSessionsRequest&) override {
    return absl::UnavailableError("unused");
  }
  absl::StatusOr<v1::ListBlocksResponse> ListBlocks(const v1::ListBlocksRequest&) override {
    return absl::UnavailableError("unused");
  }
  absl::StatusOr<v1::LiftBlockResponse> LiftBlock(const v1::LiftBlockRequest&) override {
    return absl::UnavailableError("unused");
  }
  absl::StatusOr<v1::UpdateSessionResponse> UpdateSession(
      const v1::UpdateSessionRequest&) override {
    return absl::UnavailableError("unused");
  }
  absl::StatusOr<v1::AnnounceToSessionsResponse> AnnounceToSessions(
      const v1::AnnounceToSessionsRequest&) override {
    return absl::UnavailableError("unused");
  }
  std::unique_ptr<SessionStream> WatchSessions(const v1::WatchSessionsRequest&) override {
    return nullptr;
  }
  absl::StatusOr<v1::GetNodeResponse> GetNode(const v1::GetNodeRequest&) override {
    return absl::UnavailableError("unused");
  }
  absl::StatusOr<v1::DrainResponse> Drain(const v1::DrainRequest&) override {
    return absl::UnavailableError("unused");
  }
  absl::StatusOr<v1::ResumeResponse> Resume(const v1::ResumeRequest&) override {
    return absl::UnavailableError("unused");
  }

  std::function<absl::StatusOr<v1::ListSessionsResponse>(const v1::ListSessionsRequest&)>
      list_sessions;
};

v1::ListSessionsResponse Page(const std::vector<std::string>& ids, const std::string& next) {
  v1::ListSessionsResponse page;
  for (const std::string& id : ids) {
    page.add_sessions()->set_session_id(id);
  }
  page.set_next_page_token(next);
  return page;
}

TEST(Client, FetchesEveryPageWithTheSameFilter) {
  const auto connection = std::make_shared<FakeConnection>();
  const std::map<std::string, v1::ListSessionsResponse> pages = {
      {"", Page({"a", "b"}, "2")}, {"2", Page({"c"}, "3")}, {"3", Page({}, "")}};
  connection->list_sessions = [&pages](const v1::ListSessionsRequest& request) {
    EXPECT_EQ(request.filter().subject(), "alice");
    return pages.at(request.page_token());
  };
  v1::SessionFilter filter;
  filter.set_subject("alice");

  const auto sessions = Client(connection).ListSessions(filter);

  ASSERT_TRUE(sessions.ok());
  ASSERT_EQ(sessions->size(), 3U);
  EXPECT_EQ(sessions->at(2).session_id(), "c");
}

TEST(Client, GivesNoPartOfAListThatFailed) {
  const auto connection = std::make_shared<FakeConnection>();
  connection->list_sessions =
      [](const v1::ListSessionsRequest& request) -> absl::StatusOr<v1::ListSessionsResponse> {
    if (request.page_token().empty()) {
      return Page({"a"}, "2");
    }
    return absl::UnavailableError("gone");
  };
  EXPECT_EQ(Client(connection).ListSessions().status().message(), "gone");
}

TEST(Client, DoesNotGoInCirclesWithANodeThatDoes) {
  const auto connection = std::make_shared<FakeConnection>();
  connection->list_sessions = [](const v1::ListSessionsRequest&) { return Page({"a"}, "again"); };
  EXPECT_EQ(Client(connection).ListSessions().status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace porthole::client

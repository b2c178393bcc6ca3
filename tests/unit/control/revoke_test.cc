#include "fixture.h"

#include <gmock/gmock.h>

#include <functional>
#include <vector>

namespace porthole::control {
namespace {

using Stub = v1::SessionService::Stub;
using testing::StartsWith;

class RevokeTest : public ControlTest {
 protected:
  void SetUp() override { Serve(OnUnixSocket(config::Role::kOperator)); }

  grpc::Status Revoke(const v1::RevokeSessionsRequest& request) {
    revoked_.Clear();
    return Call(*session_stub_, &Stub::RevokeSessions, request, revoked_);
  }

  v1::ListBlocksResponse Blocks(int page_size = 0, const std::string& token = "") {
    v1::ListBlocksRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    v1::ListBlocksResponse response;
    EXPECT_TRUE(Call(*session_stub_, &Stub::ListBlocks, request, response).ok());
    return response;
  }

  grpc::Status Lift(const std::string& id) {
    v1::LiftBlockRequest request;
    request.set_block_id(id);
    v1::LiftBlockResponse response;
    return Call(*session_stub_, &Stub::LiftBlock, request, response);
  }

  static v1::RevokeSessionsRequest OfSubject(const std::string& subject) {
    v1::RevokeSessionsRequest request;
    request.mutable_selector()->set_subject(subject);
    return request;
  }

  v1::RevokeSessionsResponse revoked_;
};

TEST_F(RevokeTest, EndsExactlyTheSelectedSessionsWithTheCallersReason) {
  using Set = std::function<void(v1::SessionSelector&)>;
  const std::vector<Set> selectors = {[](auto& s) { s.set_session_id("session-1"); },
                                      [](auto& s) { s.set_console_id("console-1"); },
                                      [](auto& s) { s.set_subject("alice"); },
                                      [](auto& s) { s.set_key_id("key-1"); },
                                      [](auto& s) { s.set_token_id("token-1"); },
                                      [](auto& s) { s.set_client_address("203.0.113.0/29"); }};
  for (const Set& set : selectors) {
    const FakeSession meant(sessions_, Describe(1));
    session::Description description = Describe(99, "console-9", "bob");
    description.names.key_id = "key-9";
    const FakeSession other(sessions_, description);
    v1::RevokeSessionsRequest request;
    set(*request.mutable_selector());
    request.set_reason("Out of office hours");

    const grpc::Status status = Revoke(request);

    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(revoked_.ended_count(), 1) << request.ShortDebugString();
    EXPECT_EQ(revoked_.ending_session_ids_size(), 0);
    EXPECT_TRUE(meant.Record().Gone());
    EXPECT_EQ(meant.EndSentence(), "Out of office hours");
    EXPECT_EQ(meant.Record().EndRequested()->reason, EndReason::kRevoked);
    EXPECT_FALSE(other.Record().EndRequested().has_value()) << request.ShortDebugString();
  }
}

TEST_F(RevokeTest, EndsAll) {
  const FakeSession one(sessions_, Describe(1));
  const FakeSession two(sessions_, Describe(2, "console-2", "bob"));
  v1::RevokeSessionsRequest request;
  request.mutable_selector()->set_all(true);

  ASSERT_TRUE(Revoke(request).ok());

  EXPECT_EQ(revoked_.ended_count(), 2);
  EXPECT_EQ(one.EndSentence(), "An administrator ended this console.");
}

TEST_F(RevokeTest, NamesThoseThatAreStillEndingAfterTwoSeconds) {
  const FakeSession quick(sessions_, Describe(1));
  FakeSession slow(sessions_, Describe(2, "console-2"), FakeSession::WhenTold::kStays);
  const auto begin = std::chrono::steady_clock::now();

  ASSERT_TRUE(Revoke(OfSubject("alice")).ok());

  EXPECT_EQ(revoked_.ended_count(), 1);
  EXPECT_THAT(revoked_.ending_session_ids(), testing::ElementsAre("session-2"));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1900));
  slow.Leave();  // long after the answer: must harm nobody
}

TEST_F(RevokeTest, WithoutATimeBlocksTokensMadeUpToNow) {
  ASSERT_TRUE(Revoke(OfSubject("alice")).ok());

  const v1::Block& block = revoked_.block();
  EXPECT_EQ(block.selector().subject(), "alice");
  EXPECT_EQ(block.issued_through_time().seconds(), 1'790'000'000);
  EXPECT_EQ(block.expire_time().seconds() - block.create_time().seconds(), 660);
  EXPECT_EQ(block.creator(), "unix");
  SessionNames names = Describe(1).names;
  names.token_issued_at = clock_.Wall();
  EXPECT_TRUE(blocks_.Find(names, clock_.Wall()).has_value());
  names.token_issued_at += std::chrono::seconds(1);
  EXPECT_FALSE(blocks_.Find(names, clock_.Wall()).has_value());
}

TEST_F(RevokeTest, ATokenIsBlockedWheneverItWasMade) {
  v1::RevokeSessionsRequest request;
  request.mutable_selector()->set_token_id("token-1");

  ASSERT_TRUE(Revoke(request).ok());

  EXPECT_FALSE(revoked_.block().has_issued_through_time());
  EXPECT_EQ(store_->Load()->blocks.size(), 1U);
}

TEST_F(RevokeTest, WithATimeBlocksEverybodyThatLong) {
  v1::RevokeSessionsRequest request = OfSubject("alice");
  request.mutable_block_for()->set_seconds(86400);
  request.mutable_block_for()->set_nanos(1);
  request.set_reason("Account closed");

  ASSERT_TRUE(Revoke(request).ok());

  EXPECT_FALSE(revoked_.block().has_issued_through_time());
  EXPECT_EQ(revoked_.block().expire_time().seconds(), 1'790'000'000 + 86401);
  EXPECT_EQ(revoked_.block().reason(), "Account closed");
  EXPECT_EQ(CountOf("porthole_blocks"), 1);
}

TEST_F(RevokeTest, StoresNoBlockForASession) {
  v1::RevokeSessionsRequest request;
  request.mutable_selector()->set_session_id("session-1");

  ASSERT_TRUE(Revoke(request).ok());

  EXPECT_EQ(revoked_.ended_count(), 0);
  EXPECT_FALSE(revoked_.has_block());
  EXPECT_EQ(blocks_.Size(), 0U);
}

TEST_F(RevokeTest, RefusesMalformedRequestsAndChangesNothing) {
  const FakeSession session(sessions_, Describe(1));
  std::vector<std::pair<v1::RevokeSessionsRequest, std::string>> cases;
  const auto add = [&cases](const std::string& field) -> v1::RevokeSessionsRequest& {
    return cases.emplace_back(OfSubject("alice"), field).first;
  };
  add("selector:").clear_selector();
  add("selector.subject:").mutable_selector()->set_subject("");
  add("selector.console_id:").mutable_selector()->set_console_id(std::string(257, 'x'));
  add("selector.client_address:").mutable_selector()->set_client_address("203.0.113.7/24");
  add("selector.all:").mutable_selector()->set_all(false);
  add("reason:").set_reason(std::string(121, 'r'));
  add("reason:").set_reason("two\nlines");
  add("block_for:").mutable_block_for()->set_seconds(0);
  add("block_for:").mutable_block_for()->set_seconds(-60);
  add("block_for:").mutable_block_for()->set_seconds(367LL * 86400);
  add("block_for:").mutable_block_for()->set_nanos(2'000'000'000);
  auto& session_for = add("block_for:");
  session_for.mutable_selector()->set_session_id("session-1");
  session_for.mutable_block_for()->set_seconds(60);
  for (const auto& [request, field] : cases) {
    const grpc::Status status = Revoke(request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << request.ShortDebugString();
    EXPECT_THAT(status.error_message(), StartsWith(field));
  }
  EXPECT_EQ(blocks_.Size(), 0U);
  EXPECT_FALSE(session.Record().EndRequested().has_value());
}

TEST_F(RevokeTest, ListsBlocksInPagesAndLiftsThem) {
  for (const char* subject : {"a", "b", "c", "d", "e"}) {
    ASSERT_TRUE(Revoke(OfSubject(subject)).ok());
    clock_.Advance(std::chrono::milliseconds(1));
  }
  const v1::ListBlocksResponse first = Blocks(3);
  const v1::ListBlocksResponse second = Blocks(3, first.next_page_token());
  ASSERT_EQ(first.blocks_size(), 3);
  ASSERT_EQ(second.blocks_size(), 2);
  EXPECT_EQ(first.blocks(0).selector().subject(), "a");
  EXPECT_EQ(second.blocks(1).selector().subject(), "e");
  EXPECT_EQ(second.next_page_token(), "");

  EXPECT_TRUE(Lift(first.blocks(1).block_id()).ok());

  EXPECT_EQ(Blocks().blocks_size(), 4);
  EXPECT_EQ(Lift(first.blocks(1).block_id()).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Lift("").error_message(), "block_id: is required");
}

TEST_F(RevokeTest, DoesNotListBlocksThatExpired) {
  ASSERT_TRUE(Revoke(OfSubject("alice")).ok());
  clock_.Advance(std::chrono::seconds(661));
  EXPECT_EQ(Blocks().blocks_size(), 0);
}

TEST_F(RevokeTest, WritesDownWhoRevokedWhat) {
  ASSERT_TRUE(Revoke(OfSubject("al\"ice")).ok());
  server_->Shutdown(std::chrono::milliseconds(0));
  EXPECT_THAT(log_lines_.str(), testing::HasSubstr("\"event\":\"control_call\""));
  EXPECT_THAT(log_lines_.str(), testing::HasSubstr(R"("caller":"unix")"));
  EXPECT_THAT(log_lines_.str(), testing::HasSubstr(R"(al\"ice)"));
  EXPECT_EQ(CountOf(R"(porthole_control_requests_total{code="OK",)"
                    R"(method="SessionService/RevokeSessions"})"),
            1);
}

}  // namespace
}  // namespace porthole::control

#include "fixture.h"

namespace porthole::control {
namespace {

// A store whose disk is full: nothing becomes durable.
class BrokenStore final : public state::StateStore {
 public:
  std::string_view Kind() const override { return "embedded"; }
  std::optional<WallTime> RemembersSince() const override { return WallTime::min(); }
  absl::StatusOr<state::Remembered> Load() override { return state::Remembered(); }
  void PutTokenKey(token::TokenKey /*key*/, Done done) override { done(Full()); }
  void DeleteTokenKey(std::string /*id*/, Done done) override { done(Full()); }
  void PutBlock(state::Block /*block*/, Done done) override { done(Full()); }
  void DeleteBlock(std::string /*id*/, Done done) override { done(Full()); }
  void Claim(state::TokenName /*name*/,
             WallTime /*until*/,
             WallTime /*now*/,
             ClaimDone done) override {
    done(Full());
  }
  bool Used(const state::TokenName& /*name*/, WallTime /*now*/) const override { return false; }

 private:
  static absl::Status Full() { return absl::UnavailableError("the disk is full"); }
};

class BrokenStoreTest : public ControlTest {
 protected:
  BrokenStoreTest() : ControlTest(std::make_unique<BrokenStore>()) {}
  void SetUp() override { Serve(OnUnixSocket()); }
};

TEST_F(BrokenStoreTest, AKeyThatIsNotDurableOpensNothing) {
  const grpc::Status status = PutKey("k", std::string(32, 'k'));

  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "the disk is full");
  EXPECT_EQ(keys_.Size(), 0U);
}

TEST_F(BrokenStoreTest, EndsNoSessionWhenTheBlockCouldNotBeStored) {
  const FakeSession session(sessions_, Describe(1));
  v1::RevokeSessionsRequest request;
  request.mutable_selector()->set_subject("alice");
  v1::RevokeSessionsResponse response;

  const grpc::Status status =
      Call(*session_stub_, &v1::SessionService::Stub::RevokeSessions, request, response);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(session.Record().EndRequested().has_value());
  EXPECT_EQ(blocks_.Size(), 0U);
}

TEST_F(BrokenStoreTest, SaysThatItsStoreIsDurable) {
  v1::GetNodeResponse response;
  ASSERT_TRUE(Call(*node_, &v1::NodeService::Stub::GetNode, v1::GetNodeRequest(), response).ok());
  EXPECT_EQ(response.node().store().kind(), v1::STORE_KIND_EMBEDDED);
  EXPECT_TRUE(response.node().store().durable());
}

}  // namespace
}  // namespace porthole::control

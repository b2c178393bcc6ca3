#include "control/updating.h"
#include "fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace porthole::control {
namespace {

using absl::StatusCode;
using std::chrono::seconds;
using ::testing::HasSubstr;

v1::UpdateSessionRequest Request(const std::vector<std::string>& paths) {
  v1::UpdateSessionRequest request;
  request.mutable_session()->set_session_id("session-1");
  v1::SessionPolicy& policy = *request.mutable_session()->mutable_policy();
  policy.set_view_only(true);
  policy.set_clipboard(v1::CLIPBOARD_POLICY_TO_CONSOLE);
  policy.mutable_max_duration()->set_seconds(60);
  policy.mutable_idle_timeout()->set_seconds(30);
  for (const std::string& path : paths) {
    request.mutable_update_mask()->add_paths(path);
  }
  return request;
}

StatusCode CodeOf(const v1::UpdateSessionRequest& request, const config::Policy& node = {}) {
  return ReadPolicyChange(request, node).status().code();
}

TEST(ReadPolicyChange, TakesWhatTheMaskNamesAndNothingElse) {
  const auto times = ReadPolicyChange(Request({"policy.max_duration", "policy.idle_timeout"}), {});
  ASSERT_TRUE(times.ok());
  EXPECT_EQ(times->max_duration, seconds(60));
  EXPECT_EQ(times->idle_timeout, seconds(30));
  EXPECT_FALSE(times->view_only.has_value());
  EXPECT_FALSE(times->clipboard.has_value());
  const auto rest = ReadPolicyChange(Request({"policy.view_only", "policy.clipboard"}), {});
  ASSERT_TRUE(rest.ok());
  EXPECT_EQ(rest->view_only, true);
  EXPECT_EQ(rest->clipboard, (config::Clipboard{.to_console = true, .from_console = false}));
  EXPECT_EQ(ToString(*rest), "view_only true, clipboard to_console true from_console false");
}

TEST(ReadPolicyChange, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(CodeOf(Request({})), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(Request({"policy.sharing"})), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(Request({"policy"})), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(Request({"*"})), StatusCode::kInvalidArgument);
  auto nameless = Request({"policy.view_only"});
  nameless.mutable_session()->clear_session_id();
  EXPECT_EQ(CodeOf(nameless), StatusCode::kInvalidArgument);
  auto odd = Request({"policy.clipboard"});
  odd.mutable_session()->mutable_policy()->clear_clipboard();
  EXPECT_EQ(CodeOf(odd), StatusCode::kInvalidArgument);
  for (const char* const path : {"policy.max_duration", "policy.idle_timeout"}) {
    auto none = Request({path});
    none.mutable_session()->mutable_policy()->clear_max_duration();
    none.mutable_session()->mutable_policy()->clear_idle_timeout();
    EXPECT_EQ(CodeOf(none), StatusCode::kInvalidArgument);
    none.mutable_session()->mutable_policy()->mutable_max_duration()->set_seconds(0);
    none.mutable_session()->mutable_policy()->mutable_idle_timeout()->set_seconds(-1);
    EXPECT_EQ(CodeOf(none), StatusCode::kInvalidArgument);
  }
}

TEST(ReadPolicyChange, NeverGoesBeyondTheNode) {
  config::Policy node;
  node.view_only = true;
  node.clipboard = {.to_console = false, .from_console = true};
  node.max_duration = seconds(59);
  node.idle_timeout = seconds(29);
  EXPECT_EQ(CodeOf(Request({"policy.view_only"}), node), StatusCode::kOk);
  for (const char* const path :
       {"policy.clipboard", "policy.max_duration", "policy.idle_timeout"}) {
    EXPECT_EQ(CodeOf(Request({path}), node), StatusCode::kFailedPrecondition) << path;
  }
  auto opening = Request({"policy.view_only"});
  opening.mutable_session()->mutable_policy()->set_view_only(false);
  EXPECT_EQ(CodeOf(opening, node), StatusCode::kFailedPrecondition);
}

// UpdateSession over a control server and a place in the registry.
class UpdateTest : public ControlTest {
 protected:
  UpdateTest() : session_(sessions_, Describe(1), FakeSession::WhenTold::kStays) {
    Serve(OnUnixSocket());
  }

  grpc::Status Update(const v1::UpdateSessionRequest& request) {
    return Call(*session_stub_, &v1::SessionService::Stub::UpdateSession, request, response_);
  }

  FakeSession session_;
  v1::UpdateSessionResponse response_;
};

TEST_F(UpdateTest, AnswersWithTheSessionAsItIsAfterTheChange) {
  session_.OnWake([&record = session_.Record()] {
    for (session::PolicyOrder& order : record.TakePolicyOrders()) {
      record.SetPolicy(order.change.AppliedTo({}));
      order.done(absl::OkStatus());
    }
  });
  ASSERT_TRUE(Update(Request({"policy.view_only", "policy.idle_timeout"})).ok());
  EXPECT_TRUE(response_.session().policy().view_only());
  EXPECT_EQ(response_.session().policy().idle_timeout().seconds(), 30);
  EXPECT_EQ(response_.session().policy().clipboard(), v1::CLIPBOARD_POLICY_BOTH);
  EXPECT_EQ(response_.session().session_id(), "session-1");
  EXPECT_THAT(log_lines_.str(), HasSubstr("view_only true, idle_timeout 30 s"));
}

TEST_F(UpdateTest, PassesTheSessionsRefusalOn) {
  session_.OnWake([&record = session_.Record()] {
    for (session::PolicyOrder& order : record.TakePolicyOrders()) {
      order.done(absl::FailedPreconditionError("cannot be followed"));
    }
  });
  const grpc::Status status = Update(Request({"policy.view_only"}));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("cannot be followed"));
}

TEST_F(UpdateTest, KnowsNoOtherSession) {
  auto request = Request({"policy.view_only"});
  request.mutable_session()->set_session_id("session-2");
  EXPECT_EQ(Update(request).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(UpdateTest, IsAnsweredWhenTheSessionEndsInstead) {
  session_.OnWake([this] { session_.Leave(); });
  EXPECT_EQ(Update(Request({"policy.view_only"})).error_code(), grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace porthole::control

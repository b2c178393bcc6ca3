#include "fixture.h"

#include <gmock/gmock.h>

#include <list>
#include <vector>

namespace porthole::control {
namespace {

using Stub = v1::SessionService::Stub;

class SessionListTest : public ControlTest {
 protected:
  void SetUp() override { Serve(OnUnixSocket(config::Role::kViewer)); }

  FakeSession& Open(session::Description description) {
    return open_.emplace_back(sessions_, std::move(description));
  }

  grpc::Status List(const v1::ListSessionsRequest& request, v1::ListSessionsResponse& response) {
    response.Clear();
    return Call(*session_stub_, &Stub::ListSessions, request, response);
  }

  // The ids that a list with this filter gives.
  std::vector<std::string> Ids(const v1::SessionFilter& filter) {
    v1::ListSessionsRequest request;
    *request.mutable_filter() = filter;
    v1::ListSessionsResponse response;
    const grpc::Status status = List(request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::vector<std::string> ids;
    for (const v1::Session& session : response.sessions()) {
      ids.push_back(session.session_id());
    }
    return ids;
  }

  std::list<FakeSession> open_;
};

TEST_F(SessionListTest, ShowsEverythingThatMayBeTold) {
  session::Description description = Describe(7);
  description.user_agent = "Moz\xFFilla";
  description.viewer = {.peer = "", .tls_version = "TLSv1.3", .tls_cipher = "C"};
  description.policy.view_only = true;
  description.policy.clipboard = {.to_console = false, .from_console = true};
  description.policy.sharing = config::Sharing::kTakeover;
  description.policy.idle_timeout = std::chrono::seconds(900);
  description.started = clock_.Wall();
  session::Record& record = Open(description).Record();
  record.SetState(session::State::kActive);
  record.SetHost({.transport = {.peer = "", .tls_version = "TLSv1.2", .tls_cipher = "D"},
                  .protocol_version = "3.8",
                  .security_type = "VncAuth",
                  .desktop_name = "QEMU (web-1)",
                  .width = 1280,
                  .height = 800});
  record.Moved().bytes_to_viewer = 5000;
  record.Moved().messages_to_host = 12;
  record.Moved().last_input_ms = 1'790'000'001'500;

  v1::GetSessionRequest request;
  request.set_session_id("session-7");
  v1::GetSessionResponse response;
  ASSERT_TRUE(Call(*session_stub_, &Stub::GetSession, request, response).ok());

  const v1::Session& session = response.session();
  EXPECT_EQ(session.node_id(), "node-1");
  EXPECT_EQ(session.state(), v1::SESSION_STATE_ACTIVE);
  EXPECT_EQ(session.console_id(), "console-1");
  EXPECT_EQ(session.console_name(), "web-1");
  EXPECT_EQ(session.subject(), "alice");
  EXPECT_EQ(session.key_id(), "key-1");
  EXPECT_EQ(session.token_id(), "token-7");
  EXPECT_EQ(session.client_address(), "203.0.113.7");
  EXPECT_EQ(session.user_agent(), "Moz\xEF\xBF\xBDilla");
  EXPECT_EQ(session.target(), "tcp://10.1.34.5:5901");
  EXPECT_EQ(session.host_security_type(), "VncAuth");
  EXPECT_EQ(session.viewer_tls().version(), "TLSv1.3");
  EXPECT_EQ(session.host_tls().cipher(), "D");
  EXPECT_EQ(session.protocol_version(), "3.8");
  EXPECT_EQ(session.framebuffer_size().width(), 1280);
  EXPECT_EQ(session.desktop_name(), "QEMU (web-1)");
  EXPECT_TRUE(session.policy().view_only());
  EXPECT_EQ(session.policy().clipboard(), v1::CLIPBOARD_POLICY_FROM_CONSOLE);
  EXPECT_EQ(session.policy().sharing(), v1::SHARING_POLICY_TAKEOVER);
  EXPECT_EQ(session.policy().idle_timeout().seconds(), 900);
  EXPECT_EQ(session.start_time().seconds(), 1'790'000'000);
  EXPECT_EQ(session.last_input_time().nanos(), 500'000'000);
  EXPECT_EQ(session.to_viewer().byte_count(), 5000);
  EXPECT_EQ(session.to_host().message_count(), 12);
  EXPECT_EQ(session.end_reason(), v1::END_REASON_UNSPECIFIED);
}

TEST_F(SessionListTest, LeavesOutWhatIsNotKnownYet) {
  Open(Describe(1));
  v1::GetSessionRequest request;
  request.set_session_id("session-1");
  v1::GetSessionResponse response;

  ASSERT_TRUE(Call(*session_stub_, &Stub::GetSession, request, response).ok());

  EXPECT_EQ(response.session().state(), v1::SESSION_STATE_ADMITTING);
  EXPECT_FALSE(response.session().has_viewer_tls());
  EXPECT_FALSE(response.session().has_host_tls());
  EXPECT_FALSE(response.session().has_framebuffer_size());
  EXPECT_FALSE(response.session().has_last_input_time());
}

TEST_F(SessionListTest, SaysThatASessionIsNotThere) {
  v1::GetSessionRequest request;
  v1::GetSessionResponse response;
  EXPECT_EQ(Call(*session_stub_, &Stub::GetSession, request, response).error_message(),
            "session_id: is required");
  request.set_session_id("gone");
  EXPECT_EQ(Call(*session_stub_, &Stub::GetSession, request, response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(SessionListTest, FiltersByEveryField) {
  Open(Describe(1, "console-1", "alice")).Record().SetState(session::State::kActive);
  Open(Describe(2, "console-2", "alice"));
  session::Description other_key = Describe(3, "console-2", "bob");
  other_key.names.key_id = "key-2";
  other_key.names.client_address = *IpAddress::Parse("2001:db8::3");
  Open(other_key);

  using List_ = std::vector<std::string>;
  v1::SessionFilter filter;
  EXPECT_EQ(Ids(filter), (List_{"session-1", "session-2", "session-3"}));
  filter.set_subject("alice");
  EXPECT_EQ(Ids(filter), (List_{"session-1", "session-2"}));
  filter.set_console_id("console-2");
  EXPECT_EQ(Ids(filter), (List_{"session-2"}));
  filter.Clear();
  filter.set_key_id("key-2");
  EXPECT_EQ(Ids(filter), (List_{"session-3"}));
  filter.Clear();
  filter.set_token_id("token-2");
  EXPECT_EQ(Ids(filter), (List_{"session-2"}));
  filter.Clear();
  filter.set_client_address("2001:db8::/32");
  EXPECT_EQ(Ids(filter), (List_{"session-3"}));
  filter.set_client_address("203.0.113.1");
  EXPECT_EQ(Ids(filter), (List_{"session-1"}));
  filter.Clear();
  filter.add_states(v1::SESSION_STATE_ACTIVE);
  EXPECT_EQ(Ids(filter), (List_{"session-1"}));
  filter.set_states(0, v1::SESSION_STATE_ENDED);
  EXPECT_EQ(Ids(filter), List_{});
}

TEST_F(SessionListTest, PutsEachSessionOnExactlyOnePage) {
  for (int i = 1; i <= 25; ++i) {
    Open(Describe(i, "console-" + std::to_string(i), i % 2 == 0 ? "alice" : "bob"));
  }
  v1::ListSessionsRequest request;
  request.set_page_size(4);
  request.mutable_filter()->set_subject("bob");
  v1::ListSessionsResponse response;
  std::vector<std::string> seen;
  int pages = 0;
  do {
    ASSERT_TRUE(List(request, response).ok());
    ASSERT_LE(response.sessions_size(), 4);
    for (const v1::Session& session : response.sessions()) {
      seen.push_back(session.session_id());
    }
    // One that was listed already leaves meanwhile: nothing may shift.
    open_.front().Leave();
    open_.pop_front();
    request.set_page_token(response.next_page_token());
    ++pages;
  } while (!response.next_page_token().empty() && pages < 10);

  ASSERT_EQ(seen.size(), 13U);
  EXPECT_EQ(seen.front(), "session-1");
  EXPECT_EQ(seen.back(), "session-25");
  EXPECT_EQ(pages, 4);
}

TEST_F(SessionListTest, RefusesMalformedRequestsAndNamesTheField) {
  v1::ListSessionsResponse response;
  v1::ListSessionsRequest address;
  address.mutable_filter()->set_client_address("203.0.113.300");
  v1::ListSessionsRequest state;
  state.mutable_filter()->add_states(static_cast<v1::SessionState>(99));
  v1::ListSessionsRequest unspecified;
  unspecified.mutable_filter()->add_states(v1::SESSION_STATE_UNSPECIFIED);
  v1::ListSessionsRequest size;
  size.set_page_size(-5);
  v1::ListSessionsRequest token;
  token.set_page_token("bogus");
  const std::vector<std::pair<v1::ListSessionsRequest, std::string>> cases = {
      {address, "filter.client_address:"},
      {state, "filter.states:"},
      {unspecified, "filter.states:"},
      {size, "page_size:"},
      {token, "page_token:"}};
  for (const auto& [request, field] : cases) {
    const grpc::Status status = List(request, response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), testing::StartsWith(field));
  }
}

}  // namespace
}  // namespace porthole::control

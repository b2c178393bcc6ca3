#include "fixture.h"

#include <gtest/gtest.h>

#include <string>

namespace porthole::control {
namespace {

// AnnounceToSessions over a control server and places in the registry.
class AnnounceTest : public ControlTest {
 protected:
  AnnounceTest() {
    Serve(OnUnixSocket());
    session::Description ours = Describe(1, "console-1");
    ours.reads_text = true;
    ours_ =
        std::make_unique<FakeSession>(sessions_, std::move(ours), FakeSession::WhenTold::kStays);
    stock_ = std::make_unique<FakeSession>(sessions_, Describe(2, "console-2"),
                                           FakeSession::WhenTold::kStays);
    request_.mutable_selector()->set_all(true);
    request_.set_text("hello");
  }

  grpc::Status Announce() {
    return Call(*session_stub_, &v1::SessionService::Stub::AnnounceToSessions, request_, response_);
  }

  std::unique_ptr<FakeSession> ours_;
  std::unique_ptr<FakeSession> stock_;
  v1::AnnounceToSessionsRequest request_;
  v1::AnnounceToSessionsResponse response_;
};

TEST_F(AnnounceTest, ReachesThoseThatMatchAndSaysWhom) {
  request_.set_level(v1::ANNOUNCEMENT_LEVEL_WARNING);
  request_.mutable_show_for()->set_seconds(30);
  ASSERT_TRUE(Announce().ok());
  EXPECT_EQ(response_.sent_count(), 1);
  EXPECT_EQ(response_.unsupported_count(), 1);
  const auto shown = ours_->Record().TakeAnnouncement();
  ASSERT_NE(shown, nullptr);
  EXPECT_EQ(shown->text, "hello");
  EXPECT_EQ(shown->level, session::AnnouncementLevel::kWarning);
  EXPECT_EQ(shown->show_for, std::chrono::seconds(30));

  request_.mutable_selector()->set_console_id("console-2");
  ASSERT_TRUE(Announce().ok());
  EXPECT_EQ(response_.sent_count(), 0);
  EXPECT_EQ(response_.unsupported_count(), 1);
}

TEST_F(AnnounceTest, RefusesWhatItCannotShow) {
  request_.set_text("");
  EXPECT_EQ(Announce().error_message(), "text: is required");
  request_.set_text(std::string(501, 'x'));
  EXPECT_EQ(Announce().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request_.set_text(std::string(500, 'x'));
  EXPECT_TRUE(Announce().ok());
  request_.mutable_show_for()->set_seconds(0);
  EXPECT_EQ(Announce().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request_.mutable_show_for()->set_seconds((24 * 3600) + 1);
  EXPECT_EQ(Announce().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request_.clear_show_for();
  request_.set_level(static_cast<v1::AnnouncementLevel>(9));
  EXPECT_EQ(Announce().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request_.clear_level();
  request_.clear_selector();
  EXPECT_EQ(Announce().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace porthole::control

#include "fixture.h"

#include <gmock/gmock.h>

#include <thread>

namespace porthole::control {
namespace {

using testing::HasSubstr;

class DrainTest : public ControlTest {
 protected:
  void SetUp() override { Serve(OnUnixSocket()); }

  grpc::Status DrainIn(std::int64_t seconds, const std::string& reason = "") {
    v1::DrainRequest request;
    request.mutable_deadline()->set_seconds(seconds);
    request.set_reason(reason);
    v1::DrainResponse response;
    const grpc::Status status = Call(*node_, &v1::NodeService::Stub::Drain, request, response);
    told_ = response.node();
    return status;
  }
  grpc::Status Resume() {
    v1::ResumeResponse response;
    const grpc::Status status =
        Call(*node_, &v1::NodeService::Stub::Resume, v1::ResumeRequest(), response);
    told_ = response.node();
    return status;
  }
  bool UntilEmpty() const {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (sessions_.Size() > 0 && std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
    }
    return sessions_.Size() == 0;
  }
  // A session whose viewer shows texts.
  static session::Description WithText(int number) {
    session::Description description = Describe(number);
    description.reads_text = true;
    return description;
  }

  v1::Node told_;
};

TEST_F(DrainTest, AdmitsNobodyAndTellsTheViewersWhenItIsOver) {
  const FakeSession session(sessions_, WithText(1));

  ASSERT_TRUE(DrainIn(60, "Disks are replaced.").ok());

  EXPECT_TRUE(admission_.Draining());
  EXPECT_FALSE(health_.Holds(telemetry::Condition::kNotDraining));
  EXPECT_EQ(CountOf("porthole_draining"), 1);
  EXPECT_TRUE(told_.draining());
  EXPECT_EQ(told_.drain_deadline().seconds(), 1'790'000'060);
  const auto banner = session.Record().TakeAnnouncement();
  ASSERT_NE(banner, nullptr);
  EXPECT_EQ(banner->text, "Disks are replaced.");
  EXPECT_EQ(banner->deadline, clock_.Wall() + std::chrono::seconds(60));
  EXPECT_EQ(sessions_.Size(), 1U);
}

TEST_F(DrainTest, EndsWhoeverIsThereAtTheDeadline) {
  const FakeSession session(sessions_, Describe(1));
  ASSERT_TRUE(DrainIn(600).ok());

  ASSERT_TRUE(DrainIn(0, "Now.").ok());

  EXPECT_TRUE(UntilEmpty());
  EXPECT_EQ(session.EndSentence(), "Now.");
  EXPECT_EQ(session.Record().EndRequested()->reason, EndReason::kDraining);
}

TEST_F(DrainTest, WaitsForTheDeadline) {
  const FakeSession session(sessions_, Describe(1));
  const auto begun = std::chrono::steady_clock::now();

  ASSERT_TRUE(DrainIn(1).ok());

  EXPECT_TRUE(UntilEmpty());
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::seconds(1));
}

TEST_F(DrainTest, IsTakenBack) {
  const FakeSession session(sessions_, WithText(1));
  ASSERT_TRUE(DrainIn(1).ok());

  ASSERT_TRUE(Resume().ok());

  EXPECT_FALSE(told_.draining());
  EXPECT_FALSE(told_.has_drain_deadline());
  EXPECT_FALSE(admission_.Draining());
  EXPECT_TRUE(health_.Holds(telemetry::Condition::kNotDraining));
  EXPECT_EQ(CountOf("porthole_draining"), 0);
  EXPECT_THAT(session.Record().TakeAnnouncement()->text, HasSubstr("stays open"));
  // A later drain ends it; the first one did not.
  EXPECT_FALSE(session.Record().EndRequested().has_value());
  ASSERT_TRUE(DrainIn(0, "Second.").ok());
  EXPECT_TRUE(UntilEmpty());
  EXPECT_EQ(session.EndSentence(), "Second.");
}

TEST_F(DrainTest, ResumingWhatDoesNotDrainIsNoError) {
  EXPECT_TRUE(Resume().ok());
  EXPECT_FALSE(told_.draining());
}

TEST_F(DrainTest, IsNotTakenBackWhenTheProcessEnds) {
  drain_.Close();
  EXPECT_FALSE(health_.Holds(telemetry::Condition::kNotDraining));
  EXPECT_FALSE(admission_.Draining()) << "it still admits";

  EXPECT_EQ(Resume().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(DrainTest, NamesTheFieldThatIsWrong) {
  v1::DrainResponse response;
  EXPECT_THAT(
      Call(*node_, &v1::NodeService::Stub::Drain, v1::DrainRequest(), response).error_message(),
      HasSubstr("deadline"));
  EXPECT_THAT(DrainIn(-1).error_message(), HasSubstr("deadline"));
  EXPECT_THAT(DrainIn(8 * 86'400).error_message(), HasSubstr("deadline"));
  EXPECT_THAT(DrainIn(1, std::string(121, 'x')).error_message(), HasSubstr("reason"));
  EXPECT_FALSE(admission_.Draining());
}

}  // namespace
}  // namespace porthole::control

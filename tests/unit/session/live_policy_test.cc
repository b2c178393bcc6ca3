#include "tests/unit/session/describe.h"
#include "tests/unit/session/fixture.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace porthole::session {
namespace {

using absl::StatusCode;
using std::chrono::seconds;
using testing::U16;
using testing::U32;
using testing::U8;

const std::string kKey = U8(4) + U8(1) + U16(0) + U32('a');
const std::string kKeyUp = U8(4) + U8(0) + U16(0) + U32('a');
const std::string kUpdateRequest = U8(3) + std::string(9, '\0');

PolicyChange ViewOnly(bool view_only) {
  PolicyChange change;
  change.view_only = view_only;
  return change;
}
PolicyChange MaxDuration(seconds time) {
  PolicyChange change;
  change.max_duration = time;
  return change;
}
PolicyChange Both(bool view_only, seconds max_duration) {
  PolicyChange change = MaxDuration(max_duration);
  change.view_only = view_only;
  return change;
}
PolicyChange IdleTimeout(seconds time) {
  PolicyChange change;
  change.idle_timeout = time;
  return change;
}
PolicyChange Clipboard(bool to_console, bool from_console) {
  PolicyChange change;
  change.clipboard = {.to_console = to_console, .from_console = from_console};
  return change;
}

// Changes of a live session's policy, from the record to the host.
class LivePolicyTest : public SessionTest {
 protected:
  std::shared_ptr<Viewing> Watch(const std::string& token) {
    auto viewing = View(token);
    EXPECT_TRUE(UntilIn(State::kActive));
    before_ = host_->Heard().size();
    return viewing;
  }
  std::shared_ptr<Viewing> Watch() { return Watch(Mint(Payload())); }

  // Orders a change; `answer_` is its answer, once there is one.
  void Order(PolicyChange change) {
    answer_.reset();
    Only()->ChangePolicy(change, [this](absl::Status status) { answer_ = std::move(status); });
  }
  StatusCode Change(PolicyChange change) {
    Order(change);
    EXPECT_TRUE(Until([this] { return answer_.has_value(); }));
    return answer_.value_or(absl::UnknownError("none")).code();
  }

  // What the host heard since the session became active.
  std::string Heard() const { return host_->Heard().substr(before_); }
  bool UntilHeard(const std::string& bytes) {
    return Until([&] { return Heard() == bytes; });
  }

  std::optional<absl::Status> answer_;
  std::size_t before_ = 0;
};

TEST_F(LivePolicyTest, TurnsViewOnlyOnAndOff) {
  reads_text_ = true;
  const auto viewing = Watch();
  viewing->browser->Push(kKey);
  ASSERT_TRUE(UntilHeard(kKey));

  EXPECT_EQ(Change(ViewOnly(true)), StatusCode::kOk);
  EXPECT_TRUE(Only()->Snap().description.policy.view_only);
  EXPECT_EQ(viewing->fate->texts.back(), R"({"view_only":true,"clipboard":"both"})");
  ASSERT_TRUE(UntilHeard(kKey + kKeyUp));
  viewing->browser->Push(kKey + kUpdateRequest);
  ASSERT_TRUE(UntilHeard(kKey + kKeyUp + kUpdateRequest));

  EXPECT_EQ(Change(ViewOnly(false)), StatusCode::kOk);
  EXPECT_FALSE(Only()->Snap().description.policy.view_only);
  EXPECT_EQ(viewing->fate->texts.back(), R"({"view_only":false,"clipboard":"both"})");
  viewing->browser->Push(kKey);
  ASSERT_TRUE(UntilHeard(kKey + kKeyUp + kUpdateRequest + kKey));
}

TEST_F(LivePolicyTest, IsRefusedOnceMessagesCannotBeFollowed) {
  const auto viewing = Watch();
  viewing->browser->Push("?what is this");
  ASSERT_TRUE(UntilHeard("?what is this"));

  EXPECT_EQ(Change(Both(true, seconds(1))), StatusCode::kFailedPrecondition);

  EXPECT_EQ(Only()->Snap().description.policy, admission::PolicyInForce());  // all or nothing
  EXPECT_EQ(Change(MaxDuration(seconds(7000))), StatusCode::kOk);
  EXPECT_EQ(Only()->Snap().description.policy.max_duration, seconds(7000));
}

TEST_F(LivePolicyTest, CannotCloseTheWayFromTheConsoleLate) {
  const auto viewing = Watch();
  EXPECT_EQ(Change(Clipboard(true, false)), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Change(Clipboard(false, true)), StatusCode::kOk);
}

TEST_F(LivePolicyTest, WaitsForTheEndOfAHalfMessage) {
  const auto viewing = Watch();
  viewing->browser->Push(kKey.substr(0, 6));
  ASSERT_TRUE(UntilHeard(kKey.substr(0, 6)));

  Order(ViewOnly(true));
  Settle();
  EXPECT_FALSE(answer_.has_value());
  viewing->browser->Push(kKey.substr(6) + kKey);

  ASSERT_TRUE(UntilHeard(kKey + kKeyUp));
  EXPECT_EQ(answer_, absl::OkStatus());
}

TEST_F(LivePolicyTest, EndsAViewerThatNeverEndsItsMessage) {
  limits_.half_message = std::chrono::milliseconds(100);
  const auto viewing = Watch();
  viewing->browser->Push(kKey.substr(0, 6));
  ASSERT_TRUE(UntilHeard(kKey.substr(0, 6)));

  EXPECT_EQ(Change(ViewOnly(true)), StatusCode::kNotFound);

  ASSERT_TRUE(UntilOver(*viewing));
  ExpectEnded(*viewing, EndReason::kProtocolError, true);
}

TEST_F(LivePolicyTest, AShorterDurationCountsFromTheStart) {
  const auto viewing = Watch();
  clock_.Advance(seconds(100));
  EXPECT_EQ(Change(MaxDuration(seconds(200))), StatusCode::kOk);
  EXPECT_FALSE(viewing->over);

  Change(MaxDuration(seconds(100)));

  ASSERT_TRUE(UntilOver(*viewing));
  ExpectEnded(*viewing, EndReason::kMaxDuration, true);
}

TEST_F(LivePolicyTest, AShorterIdleTimeoutCountsFromTheLastInput) {
  const auto viewing = Watch();
  clock_.Advance(seconds(100));
  viewing->browser->Push(kKey);
  ASSERT_TRUE(UntilHeard(kKey));
  clock_.Advance(seconds(50));
  EXPECT_EQ(Change(IdleTimeout(seconds(60))), StatusCode::kOk);
  EXPECT_FALSE(viewing->over);

  Change(IdleTimeout(seconds(50)));

  ASSERT_TRUE(UntilOver(*viewing));
  ExpectEnded(*viewing, EndReason::kIdleTimeout, true);
}

TEST_F(LivePolicyTest, MayBeChangedBeforeTheSessionIsActive) {
  host_->Be(FakeHost::Manner::kStopsAtInit);
  const auto viewing = View();
  ASSERT_TRUE(UntilIn(State::kHandshaking));

  EXPECT_EQ(Change(ViewOnly(true)), StatusCode::kOk);
  EXPECT_TRUE(Only()->Snap().description.policy.view_only);
}

TEST_F(LivePolicyTest, WhoIsEndingIsNotChanged) {
  const auto viewing = Watch();
  const std::shared_ptr<Record> record = Only();
  Revoke(SelectorKind::kAll);
  EXPECT_EQ(Change(ViewOnly(true)), StatusCode::kNotFound);
  ASSERT_TRUE(UntilOver(*viewing));
  record->ChangePolicy(ViewOnly(true), [this](const absl::Status& late) { answer_ = late; });
  EXPECT_EQ(answer_->code(), StatusCode::kNotFound);
}

TEST_F(LivePolicyTest, AnOrderThatTheEndOvertakesIsAnswered) {
  const auto viewing = Watch();
  Order(ViewOnly(true));
  Revoke(SelectorKind::kAll);
  ASSERT_TRUE(UntilOver(*viewing));
  ASSERT_TRUE(answer_.has_value());
  EXPECT_EQ(answer_->code(), StatusCode::kNotFound);
}

TEST_F(LivePolicyTest, KeepsTheConsolesClipboardFromTheStart) {
  configuration_.policy.clipboard = {.to_console = true, .from_console = false};
  const auto viewing = Watch();
  Settle();
  viewing->browser->Take();
  host_->Say(U32(0x03000000) + testing::Text("secret") + U8(2));
  std::string seen;
  ASSERT_TRUE(
      Until([&] { return !(seen += testing::AsString(viewing->browser->Take())).empty(); }));
  EXPECT_EQ(seen, U8(2));

  EXPECT_EQ(Change(Clipboard(true, true)), StatusCode::kOk);
  host_->Say(U32(0x03000000) + testing::Text("open"));
  seen.clear();
  ASSERT_TRUE(
      Until([&] { return (seen += testing::AsString(viewing->browser->Take())).size() == 12; }));
}

TEST(PolicyOrders, AreAnsweredWhenNoSessionEverTakesThem) {
  SessionRegistry registry{Limits()};
  std::vector<StatusCode> answers;
  {
    const Entry entry = std::get<Entry>(registry.Enter(Describe({.id = "s1"}), [] {}));
    for (int i = 0; i < 17; ++i) {
      entry->ChangePolicy(ViewOnly(true), [&answers](const absl::Status& status) {
        answers.push_back(status.code());
      });
    }
    EXPECT_EQ(answers, std::vector{StatusCode::kResourceExhausted});
  }
  EXPECT_EQ(answers.size(), 17U);
  EXPECT_EQ(answers.back(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace porthole::session

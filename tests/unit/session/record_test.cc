#include "session/record.h"

#include "session/registry.h"
#include "tests/unit/session/describe.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>

namespace porthole::session {
namespace {

class RecordTest : public ::testing::Test {
 protected:
  RecordTest() {
    Judged<Entry> entered = registry_.Enter(Describe({.id = "s1"}), [this] { ++wakes_; });
    entry_.emplace(std::get<Entry>(std::move(entered)));
    record_ = entry_->Shared();
  }

  SessionRegistry registry_{Limits()};
  std::atomic<int> wakes_ = 0;
  std::optional<Entry> entry_;
  std::shared_ptr<Record> record_;
};

TEST_F(RecordTest, TheFirstRequestCountsAndWakesOnce) {
  EXPECT_TRUE(record_->RequestEnd({EndReason::kRevoked, "one"}));
  EXPECT_FALSE(record_->RequestEnd({EndReason::kDraining, "two"}));

  EXPECT_EQ(wakes_, 1);
  EXPECT_EQ(record_->EndRequested()->sentence, "one");
}

TEST_F(RecordTest, TheSessionsOwnEndCountsWhenNobodyAskedBefore) {
  EXPECT_FALSE(record_->DecideEnd({EndReason::kHostClosed, "own"}).has_value());
  EXPECT_FALSE(record_->RequestEnd({EndReason::kRevoked, "late"}));

  EXPECT_EQ(record_->Snap().end->reason, EndReason::kHostClosed);
  EXPECT_EQ(wakes_, 0);
}

TEST_F(RecordTest, TheSessionsOwnEndGivesWayToAnEarlierRequest) {
  record_->RequestEnd({EndReason::kRevoked, "asked"});

  const std::optional<EndRequest> earlier = record_->DecideEnd({EndReason::kHostClosed, "own"});

  EXPECT_EQ(earlier->reason, EndReason::kRevoked);
  EXPECT_EQ(record_->Snap().end->sentence, "asked");
}

TEST_F(RecordTest, NobodyIsWokenWhoIsGone) {
  entry_.reset();

  EXPECT_FALSE(record_->RequestEnd({EndReason::kRevoked, "late"}));
  EXPECT_EQ(wakes_, 0);
}

TEST_F(RecordTest, LeavingTheConsoleComesBeforeBeingGone) {
  std::string order;
  record_->OnGone([&] { order += "gone "; });
  record_->OnLeftConsole([&] { order += "left "; });

  entry_->LeaveConsole();
  EXPECT_EQ(order, "left ");
  EXPECT_TRUE(record_->HasLeftConsole());
  EXPECT_FALSE(record_->Gone());
  entry_->LeaveConsole();
  entry_.reset();

  EXPECT_EQ(order, "left gone ");
  EXPECT_TRUE(record_->Gone());
}

TEST_F(RecordTest, WhoAsksLateIsToldAtOnce) {
  entry_.reset();
  int told = 0;

  record_->OnGone([&] { ++told; });
  record_->OnLeftConsole([&] { ++told; });

  EXPECT_EQ(told, 2);
}

TEST_F(RecordTest, EveryoneIsToldOnceHoweverLeavingAndAskingRace) {
  constexpr int kAsked = 2000;
  std::atomic<int> told = 0;
  std::thread asking([&] {
    for (int i = 0; i < kAsked; ++i) {
      record_->OnGone([&] { ++told; });
      record_->RequestEnd({EndReason::kRevoked, ""});
    }
  });

  entry_.reset();
  asking.join();

  EXPECT_EQ(told, kAsked);
  EXPECT_LE(wakes_, 1);
}

TEST(StateName, IsTheOneOfTheMetrics) {
  EXPECT_EQ(Name(State::kAdmitting), "admitting");
  EXPECT_EQ(Name(State::kDialling), "dialling");
  EXPECT_EQ(Name(State::kHandshaking), "handshaking");
  EXPECT_EQ(Name(State::kActive), "active");
  EXPECT_EQ(Name(State::kEnding), "ending");
}

}  // namespace
}  // namespace porthole::session

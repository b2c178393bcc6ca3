#include "telemetry/audit.h"

#include "tests/support/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::telemetry {
namespace {

// Keeps lines in memory, and can be made to block or to fail.
class Disk {
 public:
  bool Write(std::string_view line) {
    std::unique_lock lock(mutex_);
    ++begun_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !blocked_; });
    if (full_) {
      return false;
    }
    lines_.emplace_back(line);
    changed_.notify_all();
    return true;
  }
  void Reopen() {
    const std::lock_guard lock(mutex_);
    reopened_ = true;
    changed_.notify_all();
  }

  void Block(bool blocked) {
    const std::lock_guard lock(mutex_);
    blocked_ = blocked;
    changed_.notify_all();
  }
  void Fill(bool full) {
    const std::lock_guard lock(mutex_);
    full_ = full;
  }
  // Returns when the writing of the `count`th line has begun.
  void AwaitBegun(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, count] { return begun_ >= count; });
  }
  void AwaitLines(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, count] { return lines_.size() >= count; });
  }
  void AwaitReopened() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reopened_; });
  }
  std::vector<std::string> Lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  int begun_ = 0;
  bool blocked_ = false;
  bool full_ = false;
  bool reopened_ = false;
};

class AuditLogTest : public testing::Test {
 protected:
  AuditLogTest() {
    health_.Set(Condition::kListeners, true);
    health_.Set(Condition::kTokenKeys, true);
  }

  std::unique_ptr<AuditLog> Start(OnLoss on_loss, std::size_t queue = 100) {
    AuditSettings settings{.write = [this](std::string_view line) { return disk_.Write(line); },
                           .reopen = [this] { disk_.Reopen(); },
                           .queue = queue,
                           .on_loss = on_loss};
    return std::make_unique<AuditLog>(std::move(settings), clock_, lost_, health_);
  }

  FakeClock clock_;
  prometheus::Counter lost_;
  Health health_;
  Disk disk_;
};

TEST_F(AuditLogTest, WritesEveryRecordInItsOrder) {
  std::unique_ptr<AuditLog> audit = Start(OnLoss::kCount);

  audit->Record("caller_refused", {{"peer", "192.0.2.1"}, {"name", "cn:\"x\"\n"}});
  clock_.Advance(std::chrono::seconds(1));
  audit->Record("drain", {});
  audit.reset();

  EXPECT_THAT(disk_.Lines(),
              testing::ElementsAre(
                  "{\"time\":\"2026-09-21T14:13:20.000Z\",\"sequence\":1,\"event\":"
                  "\"caller_refused\",\"peer\":\"192.0.2.1\",\"name\":\"cn:\\\"x\\\"\\n\"}\n",
                  "{\"time\":\"2026-09-21T14:13:21.000Z\",\"sequence\":2,\"event\":\"drain\"}\n"));
  EXPECT_EQ(lost_.Value(), 0);
}

TEST_F(AuditLogTest, DoesNotWaitForADiskThatHangs) {
  disk_.Block(true);
  std::unique_ptr<AuditLog> audit = Start(OnLoss::kCount, 2);
  audit->Record("first", {});
  disk_.AwaitBegun(1);

  audit->Record("second", {});
  audit->Record("third", {});
  audit->Record("fourth", {});

  EXPECT_EQ(lost_.Value(), 2);
  EXPECT_TRUE(health_.Ready());
  EXPECT_NE(health_.Report(true).find("records lost: 2"), std::string::npos);
  disk_.Block(false);
  audit.reset();
  EXPECT_THAT(
      disk_.Lines(),
      testing::ElementsAre(
          testing::HasSubstr("\"sequence\":1,"), testing::HasSubstr("\"sequence\":2,"),
          testing::HasSubstr("\"sequence\":5,\"event\":\"audit_records_lost\",\"count\":2}")));
}

TEST_F(AuditLogTest, ShowsALossAsAGapInTheNumbers) {
  disk_.Block(true);
  std::unique_ptr<AuditLog> audit = Start(OnLoss::kCount, 1);
  audit->Record("first", {});
  audit->Record("lost", {});
  disk_.Block(false);
  disk_.AwaitBegun(1);
  // The place in the queue is free once the first line is down, which no test can see; a record
  // that finds none is lost, too, and the next one gets its turn.
  while (disk_.Lines().size() < 2) {
    audit->Record("next", {});
  }
  audit.reset();

  EXPECT_THAT(disk_.Lines().at(0), testing::HasSubstr("\"sequence\":1,"));
  EXPECT_THAT(disk_.Lines().at(1), testing::Not(testing::HasSubstr("\"sequence\":2,")));
}

TEST_F(AuditLogTest, CountsWhatTheDiskDoesNotTake) {
  disk_.Fill(true);
  std::unique_ptr<AuditLog> audit = Start(OnLoss::kCount);

  audit->Record("first", {});
  audit->Record("second", {});
  audit.reset();

  EXPECT_EQ(lost_.Value(), 2);
  EXPECT_TRUE(health_.Ready());
}

TEST_F(AuditLogTest, MakesTheNodeUnreadyWhereNothingMayBeLost) {
  disk_.Fill(true);
  std::unique_ptr<AuditLog> audit = Start(OnLoss::kRefuse);

  audit->Record("lost", {});
  audit.reset();

  EXPECT_FALSE(health_.Ready());
  EXPECT_FALSE(health_.Holds(Condition::kAudit));
}

TEST_F(AuditLogTest, TellsOfTheLossAndMakesTheNodeReadyWithTheNextRecordThatIsWritten) {
  disk_.Block(true);
  disk_.Fill(true);
  std::unique_ptr<AuditLog> audit = Start(OnLoss::kRefuse, 2);
  audit->Record("lost", {});
  disk_.AwaitBegun(1);
  audit->Record("lost as well", {});
  audit->Record("no place", {});
  EXPECT_FALSE(health_.Ready());
  disk_.Block(false);
  disk_.AwaitBegun(2);

  disk_.Fill(false);
  audit->Record("written", {});
  audit.reset();

  EXPECT_TRUE(health_.Ready());
  EXPECT_EQ(disk_.Lines().size() + static_cast<std::size_t>(lost_.Value()), 5U);
  EXPECT_THAT(disk_.Lines(), testing::Contains(testing::HasSubstr("\"audit_records_lost\"")));
}

TEST_F(AuditLogTest, LooksByItselfWhetherTheLossCanBeTold) {
  disk_.Fill(true);
  std::unique_ptr<AuditLog> audit = Start(OnLoss::kRefuse);
  audit->Record("lost", {});
  disk_.AwaitBegun(2);  // its report, once
  EXPECT_FALSE(health_.Ready());

  disk_.Fill(false);
  disk_.AwaitLines(1);
  audit.reset();

  EXPECT_TRUE(health_.Ready());
  EXPECT_THAT(disk_.Lines().at(0), testing::HasSubstr("\"audit_records_lost\",\"count\":1}"));
}

TEST_F(AuditLogTest, ReopensBetweenTwoLines) {
  std::unique_ptr<AuditLog> audit = Start(OnLoss::kCount);
  audit->Record("before", {});
  disk_.AwaitLines(1);
  audit->Reopen();
  disk_.AwaitReopened();
  audit->Record("after", {});
  audit.reset();

  EXPECT_EQ(disk_.Lines().size(), 2U);
}

}  // namespace
}  // namespace porthole::telemetry

#include "net/timers.h"

#include "tests/unit/net/loopback.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace porthole::testing {
namespace {

using net::Timer;
using std::chrono::milliseconds;

class TimersTest : public ::testing::Test {
 protected:
  net::Timers& Clockwork() { return worker_.Clockwork(); }
  bool Until(const std::function<bool()>& condition) { return RunUntil(worker_, condition); }

  net::Worker worker_;
};

TEST_F(TimersTest, GoesOffOnceAndNotEarly) {
  const auto begun = std::chrono::steady_clock::now();
  int fired = 0;
  bool later = false;
  Timer timer(Clockwork(), [&fired] { ++fired; });
  Timer other(Clockwork(), [&later] { later = true; });
  timer.Arm(milliseconds(120));
  other.Arm(milliseconds(300));
  EXPECT_TRUE(timer.Armed());
  ASSERT_TRUE(Until([&fired] { return fired > 0; }));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(120));
  EXPECT_FALSE(timer.Armed());
  ASSERT_TRUE(Until([&later] { return later; }));
  EXPECT_EQ(fired, 1);
}

TEST_F(TimersTest, GoesOffInTheOrderOfTimeHoweverTheyWereArmed) {
  std::vector<int> order;
  Timer last(Clockwork(), [&order] { order.push_back(3); });
  Timer first(Clockwork(), [&order] { order.push_back(1); });
  Timer middle(Clockwork(), [&order] { order.push_back(2); });
  last.Arm(milliseconds(350));
  first.Arm(milliseconds(50));
  middle.Arm(milliseconds(200));
  ASSERT_TRUE(Until([&order] { return order.size() == 3; }));
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST_F(TimersTest, ASecondArmMovesIt) {
  bool fired = false;
  bool marked = false;
  Timer timer(Clockwork(), [&fired] { fired = true; });
  Timer mark(Clockwork(), [&marked] { marked = true; });
  timer.Arm(milliseconds(50));
  timer.Arm(milliseconds(400));
  mark.Arm(milliseconds(200));
  ASSERT_TRUE(Until([&marked] { return marked; }));
  EXPECT_FALSE(fired);
  ASSERT_TRUE(Until([&fired] { return fired; }));
}

TEST_F(TimersTest, NeverGoesOffAfterDisarmOrItsEnd) {
  int fired = 0;
  bool marked = false;
  Timer disarmed(Clockwork(), [&fired] { ++fired; });
  auto gone = std::make_unique<Timer>(Clockwork(), [&fired] { ++fired; });
  Timer mark(Clockwork(), [&marked] { marked = true; });
  disarmed.Arm(milliseconds(50));
  gone->Arm(milliseconds(50));
  mark.Arm(milliseconds(150));
  disarmed.Disarm();
  gone.reset();
  ASSERT_TRUE(Until([&marked] { return marked; }));
  EXPECT_EQ(fired, 0);
}

// The timers of one slot end, move and destroy one another while it is served.
TEST_F(TimersTest, AnActionMayDestroyDisarmAndArmOthersAndItself) {
  int fired = 0;
  std::optional<Timer> victim;
  std::unique_ptr<Timer> self;
  std::optional<Timer> disarmed;
  Timer moved(Clockwork(), [&fired] { fired += 100; });
  Timer killer(Clockwork(), [&] {
    victim.reset();
    disarmed->Disarm();
    moved.Arm(milliseconds(100));
    ++fired;
  });
  victim.emplace(Clockwork(), [&fired] { fired += 1000; });
  disarmed.emplace(Clockwork(), [&fired] { fired += 1000; });
  self = std::make_unique<Timer>(Clockwork(), [&self, &fired] {
    fired += 10;
    self.reset();
  });
  for (Timer* const timer : {&killer, &*victim, &*disarmed, &moved, self.get()}) {
    timer->Arm(milliseconds(50));
  }
  ASSERT_TRUE(Until([&fired] { return fired >= 100; }));
  EXPECT_EQ(fired, 111);
  EXPECT_EQ(self, nullptr);
}

TEST_F(TimersTest, AnActionMayArmItselfForAtOnce) {
  int fired = 0;
  std::optional<Timer> timer;
  timer.emplace(Clockwork(), [&] {
    if (++fired < 3) {
      timer->Arm(milliseconds(0));
    }
  });
  timer->Arm(milliseconds(0));
  ASSERT_TRUE(Until([&fired] { return fired == 3; }));
}

// A loop that stood still serves everything that came due meanwhile, and the wheel goes on.
TEST_F(TimersTest, AStallLosesNothing) {
  int fired = 0;
  std::vector<std::unique_ptr<Timer>> timers;
  for (int i = 1; i <= 8; ++i) {
    timers.push_back(std::make_unique<Timer>(Clockwork(), [&fired] { ++fired; }));
    timers.back()->Arm(milliseconds(20 * i));
  }
  std::this_thread::sleep_for(milliseconds(300));  // the stall is the subject
  ASSERT_TRUE(Until([&fired] { return fired == 8; }));
  timers.front()->Arm(milliseconds(50));
  ASSERT_TRUE(Until([&fired] { return fired == 9; }));
}

TEST_F(TimersTest, OneBeyondTheWheelsTurnWaitsForItsRound) {
  bool fired = false;
  bool marked = false;
  Timer far(Clockwork(), [&fired] { fired = true; });
  Timer near(Clockwork(), [&marked] { marked = true; });
  far.Arm(milliseconds((50 * 1024) + 100));  // the same slot as `near`, a turn later
  near.Arm(milliseconds(100));
  ASSERT_TRUE(Until([&marked] { return marked; }));
  EXPECT_FALSE(fired);
  EXPECT_TRUE(far.Armed());
}

TEST(Timers, GoWithTheirLoopWithoutGoingOff) {
  bool fired = false;
  auto worker = std::make_unique<net::Worker>();
  Timer timer(worker->Clockwork(), [&fired] { fired = true; });
  timer.Arm(milliseconds(1));
  worker.reset();
  EXPECT_FALSE(timer.Armed());
  EXPECT_FALSE(fired);
}

}  // namespace
}  // namespace porthole::testing

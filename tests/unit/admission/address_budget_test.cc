#include "admission/address_budget.h"

#include "tests/support/fake_clock.h"
#include "tests/support/four_threads.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole::admission {
namespace {

using porthole::testing::InFourThreads;
using std::chrono::milliseconds;
using std::chrono::seconds;

IpAddress Address(std::string_view text) {
  return IpAddress::Parse(text).value();
}

const IpAddress kOne = Address("192.0.2.1");
const IpAddress kOther = Address("192.0.2.2");

// Three attempts at once, one more every two seconds; two connections; four addresses.
constexpr AddressLimits kLimits{
    .connections = 2, .attempts_burst = 3, .attempts_per_minute = 30, .addresses = 4};

class AddressBudgetTest : public ::testing::Test {
 protected:
  bool Attempt(const IpAddress& client) { return !budget_.Attempt(client).has_value(); }
  int Attempts(const IpAddress& client) {
    int count = 0;
    while (count < 100 && Attempt(client)) {
      ++count;
    }
    return count;
  }

  FakeClock clock_;
  AddressBudget budget_{kLimits, clock_};
};

TEST_F(AddressBudgetTest, AllowsABurstAndThenTheSteadyRate) {
  EXPECT_EQ(Attempts(kOne), 3);
  clock_.Advance(milliseconds(1999));
  EXPECT_EQ(Attempts(kOne), 0);
  clock_.Advance(milliseconds(2));
  EXPECT_EQ(Attempts(kOne), 1);
  clock_.Advance(seconds(4));
  EXPECT_EQ(Attempts(kOne), 2);
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(Attempts(kOne), 3);
}

TEST_F(AddressBudgetTest, SaysHowLongToWait) {
  Attempts(kOne);
  EXPECT_EQ(budget_.Attempt(kOne)->retry_after, seconds(2));
  clock_.Advance(milliseconds(1500));
  EXPECT_EQ(budget_.Attempt(kOne)->retry_after, seconds(1));
}

TEST_F(AddressBudgetTest, TellsTheFirstRefusalFromThoseThatFollow) {
  while (Attempt(kOther)) {
  }
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Attempt(kOne));
  }

  EXPECT_TRUE(budget_.Attempt(kOne)->first);
  EXPECT_FALSE(budget_.Attempt(kOne)->first);
  clock_.Advance(seconds(2));
  EXPECT_TRUE(Attempt(kOne));
  EXPECT_TRUE(budget_.Attempt(kOne)->first);
  EXPECT_FALSE(budget_.Attempt(kOther).has_value()) << "has rested, too";
}

TEST_F(AddressBudgetTest, CountsEachAddressByItself) {
  EXPECT_EQ(Attempts(kOne), 3);
  EXPECT_EQ(Attempts(kOther), 3);
}

TEST_F(AddressBudgetTest, CountsIpv6By64) {
  EXPECT_EQ(Attempts(Address("2001:db8:1:2::1")), 3);
  EXPECT_EQ(Attempts(Address("2001:db8:1:2:ffff:ffff:ffff:ffff")), 0);
  EXPECT_EQ(Attempts(Address("2001:db8:1:3::1")), 3);
  EXPECT_EQ(Attempts(Address("::ffff:192.0.2.1")), 3);
  EXPECT_EQ(Attempts(kOne), 0);
}

TEST_F(AddressBudgetTest, BoundsConnectionsUntilOneGoes) {
  std::optional<AddressBudget::Ticket> first = budget_.Connect(kOne);
  const std::optional<AddressBudget::Ticket> second = budget_.Connect(kOne);
  ASSERT_TRUE(first.has_value() && second.has_value());

  EXPECT_FALSE(budget_.Connect(kOne).has_value());
  EXPECT_TRUE(budget_.Connect(kOther).has_value());

  first = std::nullopt;
  EXPECT_TRUE(budget_.Connect(kOne).has_value());
}

TEST_F(AddressBudgetTest, GivesATicketsPlaceBackOnce) {
  std::optional<AddressBudget::Ticket> first = budget_.Connect(kOne);
  std::optional<AddressBudget::Ticket> second = budget_.Connect(kOne);

  AddressBudget::Ticket moved = *std::move(first);
  first = std::nullopt;
  EXPECT_FALSE(budget_.Connect(kOne).has_value());

  moved = *std::move(second);
  second = std::nullopt;
  const std::optional<AddressBudget::Ticket> third = budget_.Connect(kOne);
  EXPECT_TRUE(third.has_value());
  EXPECT_FALSE(budget_.Connect(kOne).has_value());
}

TEST_F(AddressBudgetTest, ForgetsTheAddressThatWasIdleLongest) {
  for (const std::string_view text : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}) {
    EXPECT_EQ(Attempts(Address(text)), 3);
  }
  Attempt(kOne);  // refused, but seen: now 192.0.2.2 was idle longest

  EXPECT_EQ(Attempts(Address("192.0.2.5")), 3);

  EXPECT_EQ(budget_.Size(), 4U);
  EXPECT_EQ(Attempts(kOne), 0);
  EXPECT_EQ(Attempts(kOther), 3);
}

TEST_F(AddressBudgetTest, NeverForgetsAnAddressWithAConnection) {
  std::vector<std::optional<AddressBudget::Ticket>> tickets;
  for (const std::string_view text : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}) {
    tickets.push_back(budget_.Connect(Address(text)));
    ASSERT_TRUE(tickets.back().has_value());
  }

  EXPECT_FALSE(budget_.Connect(Address("192.0.2.5")).has_value());
  const std::optional<AddressBudget::Spent> spent = budget_.Attempt(Address("192.0.2.5"));
  ASSERT_TRUE(spent.has_value());
  EXPECT_EQ(spent->retry_after, seconds(1));
  EXPECT_TRUE(spent->first);
  EXPECT_FALSE(budget_.Attempt(Address("192.0.2.6"))->first) << "for want of the same room";
  EXPECT_TRUE(budget_.Connect(kOne).has_value());

  tickets.pop_back();
  EXPECT_TRUE(budget_.Connect(Address("192.0.2.5")).has_value());
}

TEST_F(AddressBudgetTest, ForgetsAddressesThatRested) {
  for (const std::string_view text : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) {
    Attempt(Address(text));
  }
  ASSERT_EQ(budget_.Size(), 3U);
  clock_.Advance(seconds(2));

  Attempt(Address("192.0.2.4"));
  Attempt(Address("192.0.2.4"));

  EXPECT_EQ(budget_.Size(), 1U);
}

TEST_F(AddressBudgetTest, KeepsTheAttemptsOfAnAddressThatConnects) {
  EXPECT_EQ(Attempts(kOne), 3);
  {
    const auto ticket = budget_.Connect(kOne);
  }
  EXPECT_EQ(Attempts(kOne), 0);
}

TEST_F(AddressBudgetTest, IsUsedByManyThreads) {
  std::atomic<int> admitted = 0;
  std::atomic<int> most = 0;
  std::atomic<int> connected = 0;
  const auto come_and_go = [&](int i) {
    admitted += Attempt(kOne) ? 1 : 0;
    if (const auto ticket = budget_.Connect(kOne)) {
      most = std::max(most.load(), ++connected);
      --connected;
    }
    Attempt(Address("198.51.100." + std::to_string(i % 200)));
  };
  InFourThreads([&](int /*thread*/) {
    for (int i = 0; i < 500; ++i) {
      come_and_go(i);
    }
  });

  EXPECT_LE(most.load(), 2);
  EXPECT_GE(admitted.load(), 3);
  EXPECT_LE(budget_.Size(), 4U);
  const auto first = budget_.Connect(kOne);
  const auto second = budget_.Connect(kOne);
  EXPECT_TRUE(first.has_value() && second.has_value());
}

}  // namespace
}  // namespace porthole::admission

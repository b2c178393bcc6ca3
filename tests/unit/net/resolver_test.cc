#include "net/resolver.h"

#include "tests/unit/net/loopback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace porthole::testing {
namespace {

using std::chrono::milliseconds;
using Addresses = absl::StatusOr<std::vector<IpAddress>>;

constexpr milliseconds kPatience{10000};

// A name server whose answers for names that begin with "slow" are held back.
class HeldNames {
 public:
  // Nobody waits for what is never answered.
  ~HeldNames() { LetGo(); }

  net::Resolver::Lookup Lookup() {
    return [state = state_](const std::string& name) -> Addresses {
      std::unique_lock lock(state->mutex);
      ++state->lookups;
      if (name.starts_with("slow")) {
        state->changed.wait(lock, [&] { return state->let_go; });
      }
      if (name == "nowhere") {
        return absl::UnavailableError("no such name");
      }
      return std::vector<IpAddress>{*IpAddress::Parse("192.0.2.7")};
    };
  }
  void LetGo() {
    const std::lock_guard lock(state_->mutex);
    state_->let_go = true;
    state_->changed.notify_all();
  }
  int Lookups() {
    const std::lock_guard lock(state_->mutex);
    return state_->lookups;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool let_go = false;
    int lookups = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class ResolverTest : public ::testing::Test {
 protected:
  Started<Addresses> Ask(net::Resolver& resolver, const std::string& name, milliseconds limit) {
    return {worker_, resolver.Resolve(worker_, name, limit)};
  }

  net::Worker worker_;
  HeldNames names_;
};

TEST_F(ResolverTest, GivesAddressesErrorsAndLiterals) {
  net::Resolver resolver(names_.Lookup());

  EXPECT_EQ(Ask(resolver, "kvm-7.example", kPatience).Get()->front().ToString(), "192.0.2.7");
  EXPECT_EQ(Ask(resolver, "nowhere", kPatience).Get().status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(names_.Lookups(), 2);
  EXPECT_EQ(Ask(resolver, "2001:db8::7", kPatience).Get()->front().ToString(), "2001:db8::7");
  EXPECT_EQ(names_.Lookups(), 2);
}

TEST_F(ResolverTest, ASlowNameDoesNotHoldUpOthers) {
  net::Resolver resolver(names_.Lookup(), 2);
  Started<Addresses> slow = Ask(resolver, "slow.example", kPatience);

  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(Ask(resolver, "quick-" + std::to_string(i), kPatience).Get().ok());
  }
  EXPECT_FALSE(slow.Done());
  names_.LetGo();
  EXPECT_TRUE(slow.Get().ok());
}

TEST_F(ResolverTest, ManyWhoWaitForOneNameKeepOneThread) {
  net::Resolver resolver(names_.Lookup(), 2);
  std::vector<Started<Addresses>> waiting;
  waiting.reserve(50);
  for (int i = 0; i < 50; ++i) {
    waiting.push_back(Ask(resolver, "slow.example", kPatience));
  }

  EXPECT_TRUE(Ask(resolver, "quick", kPatience).Get().ok());
  names_.LetGo();
  for (Started<Addresses>& one : waiting) {
    EXPECT_TRUE(one.Get().ok());
  }
  EXPECT_EQ(names_.Lookups(), 2);
}

TEST_F(ResolverTest, WaitsNoLongerThanTheLimitAndLooksUpNothingForThoseWhoLeft) {
  net::Resolver resolver(names_.Lookup(), 1);
  Started<Addresses> slow = Ask(resolver, "slow.example", kPatience);
  const absl::Status late = Ask(resolver, "behind-it", milliseconds(30)).Get().status();
  EXPECT_EQ(late.code(), absl::StatusCode::kDeadlineExceeded) << late;

  names_.LetGo();
  EXPECT_TRUE(slow.Get().ok());
  EXPECT_TRUE(Ask(resolver, "quick", kPatience).Get().ok());
  EXPECT_EQ(names_.Lookups(), 2);
}

TEST_F(ResolverTest, RefusesMoreNamesThanItHasRoomFor) {
  net::Resolver resolver(names_.Lookup(), 1);
  std::vector<Started<Addresses>> waiting;
  waiting.reserve(net::Resolver::kMaxNames);
  for (std::size_t i = 0; i < net::Resolver::kMaxNames; ++i) {
    waiting.push_back(Ask(resolver, "slow-" + std::to_string(i), kPatience));
  }
  worker_.Loop().poll();

  EXPECT_EQ(Ask(resolver, "one-more", kPatience).Get().status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Ask(resolver, "192.0.2.1", kPatience).Get()->size(), 1U);
  names_.LetGo();
  for (Started<Addresses>& one : waiting) {
    EXPECT_TRUE(one.Get().ok());
  }
}

TEST_F(ResolverTest, MayGoWhileALookupIsUnderWay) {
  auto resolver = std::make_unique<net::Resolver>(names_.Lookup());
  Started<Addresses> slow = Ask(*resolver, "slow.example", milliseconds(50));
  ASSERT_TRUE(RunUntil(worker_, [this] { return names_.Lookups() == 1; }));

  resolver.reset();
  names_.LetGo();

  EXPECT_EQ(slow.Get().status().code(), absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace porthole::testing

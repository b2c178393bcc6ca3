#include "net/connect_first.h"

#include "net/dialer.h"
#include "tests/unit/net/loopback.h"
#include "tests/unit/net/raw_listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace porthole::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Mixed(const std::vector<std::string>& texts) {
  std::vector<IpAddress> addresses;
  addresses.reserve(texts.size());
  for (const std::string& text : texts) {
    addresses.push_back(*IpAddress::Parse(text));
  }
  std::vector<std::string> mixed;
  for (const IpAddress& address : net::Interleave(addresses)) {
    mixed.push_back(address.ToString());
  }
  return mixed;
}

TEST(Interleave, LetsTheFamiliesTakeTurns) {
  EXPECT_THAT(Mixed({"::1", "::2", "::3", "10.0.0.1", "10.0.0.2"}),
              ElementsAre("::1", "10.0.0.1", "::2", "10.0.0.2", "::3"));
  EXPECT_THAT(Mixed({"10.0.0.1", "10.0.0.2", "::1"}), ElementsAre("10.0.0.1", "::1", "10.0.0.2"));
  EXPECT_THAT(Mixed({"10.0.0.1"}), ElementsAre("10.0.0.1"));
}

// A dialer that asks a name server of the test's own.
class NamesTest : public ::testing::Test {
 protected:
  NamesTest() {
    targets_.allow_denied = {*IpPrefix::Parse("127.0.0.0/8"), *IpPrefix::Parse("::1/128")};
  }

  absl::StatusOr<std::unique_ptr<net::ByteStream>> Dial(const std::string& target) {
    const net::AddressPolicy policy(targets_, {});
    net::Resolver resolver([this](const std::string&) -> absl::StatusOr<std::vector<IpAddress>> {
      return addresses_;
    });
    net::Dialer dialer(
        {.worker = worker_, .policy = policy, .resolver = resolver, .timeouts = timeouts_});
    return Await(worker_,
                 dialer.Dial({.target = *ParseTarget(target), .tunnel = {}, .server_name = ""}));
  }
  void NameHas(const std::vector<std::string>& addresses) {
    addresses_.clear();
    for (const std::string& address : addresses) {
      addresses_.push_back(*IpAddress::Parse(address));
    }
  }
  static std::string Host(const RawListener& at) {
    return "tcp://kvm-7.example:" + std::to_string(at.Port());
  }

  config::Targets targets_;
  net::Timeouts timeouts_;
  std::vector<IpAddress> addresses_;
  net::Worker worker_;
};

TEST_F(NamesTest, TheNextAddressIsTriedBesideOneThatHangs) {
  RawListener hanging("127.0.0.1", 0, 0);
  hanging.Fill("127.0.0.1");
  const RawListener good("127.0.0.2", hanging.Port());
  NameHas({"127.0.0.1", "127.0.0.2"});

  const auto begun = steady_clock::now();
  const auto stream = Dial(Host(good));
  const auto took = steady_clock::now() - begun;

  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_THAT((*stream)->Facts().peer, HasSubstr("127.0.0.2:"));
  EXPECT_GE(took, net::kAttemptDelay);
  EXPECT_LT(took, timeouts_.dial / 2);
}

TEST_F(NamesTest, TheNextAddressIsTriedAtOnceAfterOneThatFails) {
  const RawListener good("127.0.0.3");
  NameHas({"127.0.0.1", "127.0.0.2", "127.0.0.3"});

  const auto begun = steady_clock::now();
  const auto stream = Dial(Host(good));

  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_LT(steady_clock::now() - begun, net::kAttemptDelay);
}

TEST_F(NamesTest, ReachesTheOtherFamily) {
  const RawListener v6("::1");
  NameHas({"127.0.0.1", "::1"});

  const auto stream = Dial(Host(v6));

  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_EQ((*stream)->Facts().peer, "[::1]:" + std::to_string(v6.Port()));
}

TEST_F(NamesTest, NeverDialsAnAddressThatIsDenied) {
  const RawListener denied("127.0.0.1");
  const RawListener good("127.0.0.2", denied.Port());
  targets_.allow_denied = {*IpPrefix::Parse("127.0.0.2")};
  NameHas({"127.0.0.1", "127.0.0.2"});

  EXPECT_TRUE(Dial(Host(good)).ok());
  EXPECT_FALSE(denied.HasConnection());

  NameHas({"127.0.0.1"});
  EXPECT_EQ(Dial(Host(good)).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_FALSE(denied.HasConnection());
}

TEST_F(NamesTest, AllAddressesShareTheTimeOfTheDial) {
  RawListener one("127.0.0.1", 0, 0);
  one.Fill("127.0.0.1");
  RawListener other("127.0.0.2", one.Port(), 0);
  other.Fill("127.0.0.2");
  timeouts_.dial = milliseconds(400);
  NameHas({"127.0.0.1", "127.0.0.2"});

  const auto begun = steady_clock::now();
  const absl::Status status = Dial(Host(one)).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
  EXPECT_LT(steady_clock::now() - begun, 3 * timeouts_.dial);
}

TEST_F(NamesTest, SaysWhichAddressFailedWhereThereAreSeveral) {
  const RawListener port_only("127.0.0.9");
  NameHas({"127.0.0.1", "127.0.0.2"});

  EXPECT_THAT(Dial(Host(port_only)).status().ToString(), HasSubstr("127.0.0.2:"));
}

TEST_F(NamesTest, ComesFromTheConfiguredSourceOfEachFamily) {
  config::TargetSource source;
  source.to.name = "kvm-7.example";
  source.ipv4 = *IpAddress::Parse("127.0.0.2");
  source.ipv6 = *IpAddress::Parse("::1");
  targets_.sources = {source};
  for (const char* const address : {"127.0.0.1", "::1"}) {
    RawListener host(address);
    NameHas({address});

    const auto stream = Dial(Host(host));

    ASSERT_TRUE(stream.ok()) << stream.status();
    EXPECT_EQ(RawListener::PeerOf(host.Accept()), host.IsV6() ? "::1" : "127.0.0.2");
  }
}

TEST_F(NamesTest, SaysSoWhenTheSourceCannotBeBound) {
  config::TargetSource source;
  source.ipv4 = *IpAddress::Parse("192.0.2.77");  // TEST-NET: nobody's
  targets_.sources = {source};
  const RawListener host("127.0.0.1");
  NameHas({"127.0.0.1"});

  const absl::Status status = Dial(Host(host)).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(status.ToString(), HasSubstr("targets.sources cannot be bound"));
  EXPECT_FALSE(host.HasConnection());
}

TEST_F(NamesTest, OtherTargetsComeFromWhereTheSystemLikes) {
  config::TargetSource source;
  source.to.prefix = *IpPrefix::Parse("127.0.0.9");
  source.ipv4 = *IpAddress::Parse("192.0.2.77");
  targets_.sources = {source};
  const RawListener host("127.0.0.1");
  NameHas({"127.0.0.1"});

  EXPECT_TRUE(Dial(Host(host)).ok());
}

}  // namespace
}  // namespace porthole::testing

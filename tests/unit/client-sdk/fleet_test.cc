#include "porthole/client/fleet.h"

#include "porthole/client_testing/fake_node.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace porthole::client {
namespace {

using client_testing::FakeNode;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

v1::Session SessionOf(const std::string& id, const std::string& subject) {
  v1::Session session;
  session.set_session_id(id);
  session.set_subject(subject);
  return session;
}

class FleetTest : public testing::Test {
 protected:
  std::vector<std::string> Addresses() const {
    return {nodes_[0].Address(), nodes_[1].Address(), nodes_[2].Address()};
  }

  static Fleet FleetOf(FindNodes find, std::chrono::milliseconds refresh = {}) {
    FleetOptions options;
    options.connection.plaintext = true;
    options.connection.retry.attempts = 1;
    options.find = std::move(find);
    options.refresh = refresh;
    return *Fleet::Make(std::move(options));
  }

  std::array<FakeNode, 3> nodes_;
};

TEST_F(FleetTest, PushesAKeyEverywhereAndKnowsWhereItFailed) {
  Fleet fleet = FleetOf(NodesAt(Addresses()));
  const KeyMaterial material = KeyMaterial::Generate();
  nodes_[1].FailNext("PutTokenKey", absl::ResourceExhaustedError("full"));

  const FleetAnswer<v1::TokenKey> pushed = fleet.PutTokenKey("k1", material);

  ASSERT_THAT(pushed.nodes, SizeIs(3));
  for (const auto& [address, answer] : pushed.nodes) {
    EXPECT_EQ(answer.ok(), address != nodes_[1].Address()) << address;
  }
  EXPECT_EQ(pushed.Summary().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(pushed.Summary().message()),
              AllOf(HasSubstr(nodes_[1].Address()), HasSubstr("full"),
                    testing::Not(HasSubstr(nodes_[0].Address()))));
  EXPECT_TRUE(fleet.PutTokenKey("k1", material).Summary().ok());
  for (const FakeNode& node : nodes_) {
    EXPECT_THAT(node.TokenKeys(), SizeIs(1));
  }
}

TEST_F(FleetTest, ListsAndRevokesAcrossNodes) {
  Fleet fleet = FleetOf(NodesAt(Addresses()));
  nodes_[0].Open(SessionOf("a", "alice"));
  nodes_[2].Open(SessionOf("b", "alice"));
  nodes_[2].Open(SessionOf("c", "bob"));
  v1::RevokeSessionsRequest request;
  request.mutable_selector()->set_subject("alice");

  std::size_t listed = 0;
  for (const auto& [address, answer] : fleet.ListSessions().nodes) {
    listed += answer->size();
  }
  std::int32_t ended = 0;
  for (const auto& [address, answer] : fleet.RevokeSessions(request).nodes) {
    ended += answer->ended_count();
  }

  EXPECT_EQ(listed, 3U);
  EXPECT_EQ(ended, 2);
  EXPECT_THAT(nodes_[2].Sessions(), SizeIs(1));
  for (const FakeNode& node : nodes_) {
    EXPECT_THAT(node.RequestsOf<v1::RevokeSessionsRequest>(), SizeIs(1));
  }
}

TEST_F(FleetTest, ANodeThatIsGoneKeepsNobodyWaiting) {
  std::vector<std::string> addresses = Addresses();
  addresses.emplace_back("127.0.0.1:1");
  addresses.emplace_back("not an address");
  Fleet fleet = FleetOf(NodesAt(addresses));

  const FleetAnswer<v1::Node> all = fleet.GetNode();

  ASSERT_THAT(all.nodes, SizeIs(5));
  EXPECT_EQ(std::ranges::count_if(all.nodes, [](const auto& node) { return node.answer.ok(); }), 3);
  EXPECT_THAT(std::string(all.Summary().message()),
              AllOf(HasSubstr("127.0.0.1:1: GetNode: "), HasSubstr("\n"),
                    HasSubstr("\"not an address\" is neither unix:/path nor HOST:PORT")));
}

TEST_F(FleetTest, LooksTheNodesUpAgain) {
  std::vector<std::string> there = {nodes_[0].Address()};
  std::atomic<int> lookups = 0;
  Fleet fleet = FleetOf([&]() -> absl::StatusOr<std::vector<std::string>> {
    ++lookups;
    return there;
  });
  EXPECT_THAT(fleet.GetNode().nodes, SizeIs(1));

  there = {nodes_[1].Address(), nodes_[2].Address(), nodes_[1].Address()};

  EXPECT_THAT(fleet.GetNode().nodes, SizeIs(2)) << "each once";
  EXPECT_EQ(lookups, 2);
  EXPECT_THAT(nodes_[0].Calls(), SizeIs(1));
}

TEST_F(FleetTest, DoesNotLookUpMoreOftenThanItShould) {
  std::atomic<int> lookups = 0;
  Fleet fleet = FleetOf(
      [&]() -> absl::StatusOr<std::vector<std::string>> {
        ++lookups;
        return Addresses();
      },
      std::chrono::hours(1));

  fleet.GetNode();
  fleet.GetNode();

  EXPECT_EQ(lookups, 1);
}

TEST_F(FleetTest, CallsTheNodesItKnowsWhenTheLookUpFailsAndSaysSo) {
  bool broken = false;
  Fleet fleet = FleetOf([&]() -> absl::StatusOr<std::vector<std::string>> {
    if (broken) {
      return absl::UnavailableError("no DNS today");
    }
    return Addresses();
  });
  EXPECT_TRUE(fleet.GetNode().Summary().ok());

  broken = true;

  const FleetAnswer<v1::Node> all = fleet.GetNode();
  EXPECT_THAT(all.nodes, SizeIs(3));
  EXPECT_EQ(all.found.message(), "no DNS today");
  EXPECT_EQ(all.Summary().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(fleet.Addresses().ok());
}

TEST_F(FleetTest, CallsNodesAtTheSameTime) {
  Fleet fleet = FleetOf(NodesAt(Addresses()));
  std::mutex mutex;
  std::condition_variable changed;
  int running = 0;

  const auto all = fleet.Each<bool>([&](Client&) -> absl::StatusOr<bool> {
    std::unique_lock lock(mutex);
    ++running;
    changed.notify_all();
    return changed.wait_for(lock, std::chrono::seconds(20), [&] { return running == 3; });
  });

  for (const auto& [address, answer] : all.nodes) {
    EXPECT_TRUE(*answer) << "each must wait for the others";
  }
}

TEST_F(FleetTest, CallsNoMoreAtATimeThanItMay) {
  FleetOptions options;
  options.connection.plaintext = true;
  options.find = NodesAt(Addresses());
  options.parallel = 1;
  Fleet fleet = *Fleet::Make(options);

  const auto all = fleet.Each<std::thread::id>(
      [](Client&) -> absl::StatusOr<std::thread::id> { return std::this_thread::get_id(); });

  for (const auto& [address, answer] : all.nodes) {
    EXPECT_EQ(*answer, std::this_thread::get_id()) << "one at a time needs no other thread";
  }
  options.parallel = 0;
  EXPECT_EQ(Fleet::Make(options).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(FleetTest, FindsEveryAddressOfAName) {
  const auto found = NodesByName("localhost:9443")();

  ASSERT_TRUE(found.ok()) << found.status().ToString();
  EXPECT_THAT(*found, Contains(testing::AnyOf("127.0.0.1:9443", "[::1]:9443")));
  EXPECT_EQ(NodesByName("[::1]")().status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(NodesByName("no-port")().status().code(), absl::StatusCode::kInvalidArgument);
  const absl::Status unknown = NodesByName("no-such-name.invalid:1")().status();
  EXPECT_THAT(unknown.ToString(), HasSubstr("no-such-name.invalid"));
  EXPECT_FALSE(unknown.ok());
}

TEST_F(FleetTest, AFleetNeedsNodes) {
  EXPECT_EQ(Fleet::Make({}).status().code(), absl::StatusCode::kInvalidArgument);
  Fleet empty = FleetOf(NodesAt({}));
  const FleetAnswer<v1::Node> none = empty.GetNode();
  EXPECT_THAT(none.nodes, IsEmpty());
  EXPECT_FALSE(none.Summary().ok()) << "nobody was asked, so nothing may look done";
}

}  // namespace
}  // namespace porthole::client

#include "net/reverse_port.h"

#include "net/repeater_id.h"
#include "tests/support/bytes.h"
#include "tests/unit/net/loopback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Stream = absl::StatusOr<std::unique_ptr<net::ByteStream>>;

constexpr milliseconds kPatience{10000};

std::string Head(std::string_view id) {
  std::string head = "ID:" + std::string(id);
  head.resize(net::kRepeaterHeadBytes, '\0');
  return head;
}

absl::StatusOr<std::string> IdIn(std::string head) {
  head.resize(net::kRepeaterHeadBytes, '\0');
  return net::ReadRepeaterId(AsBytes(head).first<net::kRepeaterHeadBytes>());
}

TEST(RepeaterId, IsWhatStandsBetweenIdAndZero) {
  using namespace std::string_literals;
  EXPECT_EQ(*IdIn("ID:1234"), "1234");
  EXPECT_EQ(*IdIn("ID:vm-1.example_2\0rubbish"s), "vm-1.example_2");
  for (const std::string& head :
       {""s, "ID:"s, "ID"s, "id:1"s, "RFB 003.008\n"s, "ID:a b"s, "ID:a\nb"s, "ID:a/b"s,
        "ID:" + std::string(129, 'a'), "ID:" + std::string(247, 'a')}) {
    EXPECT_EQ(IdIn(head).status().code(), absl::StatusCode::kInvalidArgument) << head;
  }
}

class ReverseTest : public ::testing::Test {
 protected:
  ReverseTest() {
    settings_.address = IpAddress::V4({127, 0, 0, 1});
    settings_.sources = {*IpPrefix::Parse("127.0.0.0/8")};
    settings_.refused = [this](const IpAddress& from, const char* why) {
      refused_.push_back(from.ToString() + ": " + why);
    };
  }
  ~ReverseTest() override {
    if (port_ != nullptr) {
      port_->Close();
      worker_.Loop().restart();
      worker_.Loop().poll();
    }
  }

  void Open() { port_ = *net::ReversePort::Open(settings_, worker_, desk_); }
  std::unique_ptr<RawClient> Connect() {
    return std::make_unique<RawClient>(worker_, port_->Port());
  }
  Started<Stream> Wait(const std::string& id, milliseconds limit = kPatience) {
    Started<Stream> waiting(worker_, desk_.Await(worker_, id, limit));
    worker_.Loop().restart();
    worker_.Loop().poll();
    return waiting;
  }
  std::string FirstBytes(net::ByteStream& stream) {
    std::vector<std::uint8_t> target(100);
    const auto count = testing::Await(worker_, stream.ReadSome(target));
    return count.ok() ? AsString({target.data(), *count}) : count.status().ToString();
  }

  net::Worker worker_;
  net::ReverseDesk desk_;
  std::vector<std::string> refused_;
  net::ReverseSettings settings_;
  std::unique_ptr<net::ReversePort> port_;
};

TEST_F(ReverseTest, GivesAVncServerToTheSessionThatItNames) {
  Open();
  Started<Stream> one = Wait("vm-1");
  Started<Stream> two = Wait("vm-2");
  const auto server = Connect();

  server->Send(Head("vm-2") + "RFB 003.008\n");

  const Stream stream = two.Get();
  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_EQ(FirstBytes(**stream), "RFB 003.008\n");
  EXPECT_THAT((*stream)->Facts().peer, ::testing::StartsWith("127.0.0.1:"));
  EXPECT_FALSE(one.Done());
  ASSERT_TRUE(testing::Await(worker_, (*stream)->Write(AsBytes("back"))).ok());
  EXPECT_TRUE(server->ReceiveText("back"));
  const auto other = Connect();
  other->Send(Head("vm-1"));
  EXPECT_TRUE(one.Get().ok());
}

TEST_F(ReverseTest, TheHeadMayComeByteForByte) {
  Open();
  Started<Stream> waiting = Wait("vm-1");
  const auto server = Connect();

  for (const char byte : Head("vm-1") + "R") {
    server->Send(std::string(1, byte));
    worker_.Loop().restart();
    worker_.Loop().poll();
  }

  const Stream stream = waiting.Get();
  ASSERT_TRUE(stream.ok());
  EXPECT_EQ(FirstBytes(**stream), "R");
}

TEST_F(ReverseTest, ThoseWhoWaitForOneIdAreServedInTheirOrder) {
  Open();
  Started<Stream> first = Wait("vm-1");
  Started<Stream> second = Wait("vm-1");
  const auto one = Connect();
  one->Send(Head("vm-1"));
  EXPECT_TRUE(first.Get().ok());
  EXPECT_FALSE(second.Done());
  const auto two = Connect();
  two->Send(Head("vm-1"));
  EXPECT_TRUE(second.Get().ok());
}

TEST_F(ReverseTest, ClosesWhoeverNobodyWaitsForOrWhoSaysSomethingElse) {
  Open();
  const Started<Stream> waiting = Wait("vm-1");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {Head("vm-2"), "no session waits for its id"},
      {Head(""), "it gives no id that a target could name"},
      {Head("a b"), "it gives no id that a target could name"},
      {"GET / HTTP/1.1", "it is neither a repeater's client nor a VNC server"},
      {"RFB 003.008\n", "it gives no id, and reverse.without_id is off"},
      {"Ix", "it went before it had said whose it is"},
      {"", "it went before it had said whose it is"}};
  for (const auto& [bytes, why] : cases) {
    const auto server = Connect();
    server->Send(bytes);
    server->SendEnd();
    EXPECT_TRUE(server->ReceiveEnd()) << bytes;
    EXPECT_EQ(refused_, std::vector{"127.0.0.1: " + why}) << bytes;
    refused_.clear();
  }
  EXPECT_FALSE(waiting.Done());
  EXPECT_EQ(desk_.Waiting(), 1U);
}

TEST_F(ReverseTest, WithoutAnIdItMustBeAllowedAndTheOnlyOne) {
  settings_.without_id = true;
  Open();
  const auto nobody = Connect();
  nobody->Send("RFB 003.008\n");
  EXPECT_TRUE(nobody->ReceiveEnd());

  Started<Stream> one = Wait("vm-1");
  Started<Stream> two = Wait("vm-2");
  const auto ambiguous = Connect();
  ambiguous->Send("RFB 003.008\n");
  EXPECT_TRUE(ambiguous->ReceiveEnd());
  EXPECT_THAT(refused_, Each(HasSubstr("not exactly one session waits")));
  EXPECT_EQ(refused_.size(), 2U);

  const auto named = Connect();
  named->Send(Head("vm-1"));
  EXPECT_TRUE(one.Get().ok());
  const auto only = Connect();
  only->Send("RFB 003.008\n");
  const Stream stream = two.Get();
  ASSERT_TRUE(stream.ok());
  EXPECT_EQ(FirstBytes(**stream), "RFB 003.008\n");
}

TEST_F(ReverseTest, TakesNobodyFromElsewhere) {
  settings_.sources = {*IpPrefix::Parse("10.0.0.0/8")};
  Open();
  Started<Stream> waiting = Wait("vm-1", milliseconds(200));
  const auto server = Connect();
  EXPECT_TRUE(server->ReceiveEnd());
  EXPECT_EQ(refused_, std::vector<std::string>{"127.0.0.1: the address is not in reverse.sources"});
  EXPECT_EQ(waiting.Get().status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(ReverseTest, OneAddressHasItsShareUntilItSaysWhoItIs) {
  settings_.connections_per_address = 2;
  Open();
  const auto one = Connect();
  auto two = Connect();
  const auto three = Connect();
  EXPECT_TRUE(three->ReceiveEnd());
  EXPECT_THAT(refused_, ElementsAre(HasSubstr("too many connections")));
  EXPECT_FALSE(one->Ended());

  two.reset();
  Started<Stream> waiting = Wait("vm-1");
  one->Send(Head("vm-1"));
  EXPECT_TRUE(waiting.Get().ok());
  Started<Stream> again = Wait("vm-1");
  ASSERT_TRUE(RunUntil(worker_, [this] {
    const auto next = Connect();
    next->Send(Head("vm-1"));
    worker_.Loop().poll();
    return desk_.Waiting() == 0;
  }));
  EXPECT_TRUE(again.Get().ok());
}

TEST_F(ReverseTest, WhoeverIsSilentIsClosed) {
  settings_.identify = milliseconds(100);
  Open();
  const auto silent = Connect();
  const auto slow = Connect();
  slow->Send("ID:vm");
  EXPECT_TRUE(silent->ReceiveEnd());
  EXPECT_TRUE(slow->ReceiveEnd());
}

TEST_F(ReverseTest, ASessionWaitsForItsTimeAndIsForgotten) {
  Open();
  Started<Stream> waiting = Wait("vm-1", milliseconds(50));
  EXPECT_EQ(waiting.Get().status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(desk_.Waiting(), 0U);
}

TEST_F(ReverseTest, SaysThatThePortIsTaken) {
  Open();
  settings_.port = port_->Port();
  EXPECT_EQ(net::ReversePort::Open(settings_, worker_, desk_).status().code(),
            absl::StatusCode::kAlreadyExists);
}

// Sessions wait on their workers' threads; the port is on another one.
TEST(ReverseDesk, ServesSessionsOfEveryWorker) {
  net::WorkerPool workers(2);
  net::Worker home;
  net::ReverseDesk desk;
  net::ReverseSettings settings;
  settings.address = IpAddress::V4({127, 0, 0, 1});
  settings.sources = {*IpPrefix::Parse("127.0.0.1")};
  const auto port = *net::ReversePort::Open(settings, home, desk);
  workers.Start();
  std::atomic<int> served = 0;
  for (int i = 0; i < 40; ++i) {
    net::Worker& worker = workers.At(static_cast<std::size_t>(i) % 2);
    boost::asio::co_spawn(worker.Loop(), desk.Await(worker, "vm-" + std::to_string(i), kPatience),
                          [&served](const std::exception_ptr&, const Stream& stream) {
                            served += stream.ok() ? 1 : 0;
                          });
  }
  ASSERT_TRUE(RunUntil(home, [&desk] { return desk.Waiting() == 40; }));
  std::vector<std::unique_ptr<RawClient>> servers;
  for (int i = 0; i < 40; ++i) {
    servers.push_back(std::make_unique<RawClient>(home, port->Port()));
    servers.back()->Send(Head("vm-" + std::to_string(i)));
    home.Loop().restart();
    home.Loop().poll();
  }

  EXPECT_TRUE(RunUntil(home, [&served] { return served == 40; })) << served;
  workers.Stop();
  port->Close();
  home.Loop().restart();
  home.Loop().poll();
}

}  // namespace
}  // namespace porthole::testing

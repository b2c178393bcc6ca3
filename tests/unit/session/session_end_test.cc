#include "tests/unit/session/fixture.h"

#include <boost/asio/ip/tcp.hpp>

namespace porthole::session {
namespace {

using boost::asio::ip::tcp;
using std::chrono::milliseconds;
using Manner = FakeHost::Manner;

// A port whose backlog is full: a connection to it neither succeeds nor fails.
class FullBacklog {
 public:
  explicit FullBacklog(boost::asio::io_context& loop) : acceptor_(loop, tcp::v4()), loop_(loop) {
    acceptor_.bind({boost::asio::ip::address_v4::loopback(), 0});
    acceptor_.listen(0);
    for (int i = 0; i < 8; ++i) {
      auto& socket = *waiting_.emplace_back(std::make_unique<tcp::socket>(loop_));
      socket.async_connect(acceptor_.local_endpoint(), [](const auto&) {});
    }
  }
  std::string Target() const {
    return "tcp://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

 private:
  tcp::acceptor acceptor_;
  boost::asio::io_context& loop_;
  std::vector<std::unique_ptr<tcp::socket>> waiting_;
};

class SessionEndTest : public SessionTest {
 protected:
  std::string TokenFor(const std::string& target) {
    boost::json::object payload = Payload();
    payload["console"].as_object()["target"] = target;
    return Mint(payload);
  }
  std::string TokenWith(std::string_view member, int value) {
    boost::json::object payload = Payload();
    payload["policy"].as_object()[member] = value;
    return Mint(payload);
  }
  // A session that is active.
  std::shared_ptr<Viewing> Watch(const std::string& token) {
    auto viewing = View(token);
    EXPECT_TRUE(UntilIn(State::kActive));
    return viewing;
  }
  std::shared_ptr<Viewing> Watch() { return Watch(Mint(Payload())); }
};

TEST_F(SessionEndTest, HostUnreachable) {
  std::string target;
  {
    const tcp::acceptor gone(worker_.Loop(), {boost::asio::ip::address_v4::loopback(), 0});
    target = "tcp://127.0.0.1:" + std::to_string(gone.local_endpoint().port());
  }
  const auto viewing = View(TokenFor(target));

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kHostUnreachable, false);
}

TEST_F(SessionEndTest, HostThatDoesNotAnswerTheDial) {
  configuration_.timeouts.dial = milliseconds(100);
  const FullBacklog full(worker_.Loop());
  const auto viewing = View(TokenFor(full.Target()));

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kHostTimeout, false);
}

TEST_F(SessionEndTest, HostThatDoesNotShakeHands) {
  limits_.host = milliseconds(50);
  host_->Be(Manner::kSilent);
  const auto viewing = View();

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kHostTimeout, false);
  EXPECT_TRUE(Until([this] { return host_->Closed() == 1; }));
}

TEST_F(SessionEndTest, HostThatStopsBeforeServerInit) {
  limits_.host = milliseconds(50);
  host_->Be(Manner::kStopsAtInit);
  const auto viewing = View();

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kHostTimeout, false);
}

TEST_F(SessionEndTest, HostThatDoesNotSpeakRfb) {
  host_->Be(Manner::kSpeaksHttp);
  const auto viewing = View();

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kHostProtocolError, false);
}

TEST_F(SessionEndTest, HostThatRefuses) {
  host_->Be(Manner::kRefuses);
  const auto viewing = View();

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kHostAuthFailed, false);
}

TEST_F(SessionEndTest, HostThatHangsUpInItsHandshake) {
  host_->Be(Manner::kHangsUp);
  const auto viewing = View();

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kHostClosed, false);
}

TEST_F(SessionEndTest, HostThatCloses) {
  const auto viewing = Watch();

  host_->HangUp();
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kHostClosed, true);
}

TEST_F(SessionEndTest, HostThatResets) {
  const auto viewing = Watch();

  host_->Reset();
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kHostLost, true);
}

TEST_F(SessionEndTest, HostThatClosesWhileTheViewerShakesHands) {
  const auto viewing = Connect();
  ASSERT_TRUE(Until([this] { return Only() != nullptr && Only()->Snap().host.has_value(); }));

  host_->HangUp();
  ShakeHands(*viewing);
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kHostClosed, true);
}

TEST_F(SessionEndTest, ViewerThatCloses) {
  const auto viewing = Watch();

  viewing->browser->SendEof();
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kViewerClosed, true);
  EXPECT_TRUE(Until([this] { return host_->Closed() == 1; }));
}

TEST_F(SessionEndTest, ViewerThatVanishes) {
  const auto viewing = Watch();

  viewing->browser->Vanish();
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kViewerLost, true);
}

TEST_F(SessionEndTest, ViewerThatDoesNotShakeHands) {
  limits_.viewer = milliseconds(50);
  const auto viewing = Connect();

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kViewerTimeout, false);
}

TEST_F(SessionEndTest, ViewerThatDoesNotTakeServerInit) {
  limits_.viewer = milliseconds(50);
  host_->SetName(std::string(64 * 1024, 'n'));
  pipe_bytes_ = 64;  // enough for the handshake before it
  const auto viewing = View();

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kViewerTimeout, false);
}

TEST_F(SessionEndTest, ViewerThatBreaksTheHandshake) {
  const auto viewing = Connect();

  viewing->browser->Push("GET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kProtocolError, false);
}

TEST_F(SessionEndTest, ViewerThatBreaksRfbLater) {
  boost::json::object payload = Payload();
  payload["policy"].as_object()["view_only"] = true;
  const auto viewing = Watch(Mint(payload));

  viewing->browser->Push(testing::U8(99));
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kProtocolError, true);
}

TEST_F(SessionEndTest, ViewerThatLeavesWhileTheHostIsDialledStopsTheDial) {
  configuration_.timeouts.dial = std::chrono::hours(1);
  const FullBacklog full(worker_.Loop());
  const auto viewing = View(TokenFor(full.Target()));
  ASSERT_TRUE(UntilIn(State::kDialling));
  Settle();

  viewing->browser->SendEof();
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kViewerClosed, false);
}

TEST_F(SessionEndTest, ViewerThatLeavesWhileTheHostShakesHandsIsNoticed) {
  limits_.host = std::chrono::hours(1);
  host_->Be(Manner::kSilent);
  const auto viewing = View();
  ASSERT_TRUE(UntilIn(State::kHandshaking));
  Settle();

  viewing->browser->Vanish();
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kViewerLost, false);
  EXPECT_TRUE(Until([this] { return host_->Closed() == 1; }));
}

TEST_F(SessionEndTest, IdleForThePolicysTime) {
  const auto viewing = Watch(TokenWith("idle_timeout_s", 1));

  clock_.Advance(std::chrono::seconds(1));
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kIdleTimeout, true);
}

TEST_F(SessionEndTest, InputPutsTheIdleTimeOff) {
  const auto viewing = Watch(TokenWith("idle_timeout_s", 1));
  const std::string key = testing::U8(4) + testing::U8(1) + testing::U16(0) + testing::U32('a');

  clock_.Advance(std::chrono::milliseconds(900));
  viewing->browser->Push(key);
  ASSERT_TRUE(Until([&] { return host_->Heard() == key; }));
  const SteadyTime until = std::chrono::steady_clock::now() + std::chrono::milliseconds(1300);
  Until([&] { return std::chrono::steady_clock::now() > until; });

  EXPECT_FALSE(viewing->over);
  clock_.Advance(std::chrono::milliseconds(1000));
  ASSERT_TRUE(UntilOver(*viewing));
  ExpectEnded(*viewing, EndReason::kIdleTimeout, true);
}

TEST_F(SessionEndTest, MaxDurationHoldsFromTheBeginning) {
  host_->Be(Manner::kSilent);
  const auto viewing = View(TokenWith("max_duration_s", 1));

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kMaxDuration, false);
}

TEST_F(SessionEndTest, TheLongestTimesThatATokenCanNameAreTheNodes) {
  boost::json::object payload = Payload();
  payload["policy"].as_object()["max_duration_s"] = 315'360'000;
  payload["policy"].as_object()["idle_timeout_s"] = 315'360'000;
  configuration_.policy.max_duration = std::chrono::hours(24 * 365 * 10);
  configuration_.policy.idle_timeout = std::chrono::hours(24 * 365 * 10);
  const auto viewing = Watch(Mint(payload));

  Settle();

  EXPECT_EQ(Only()->CurrentState(), State::kActive);
}

TEST_F(SessionEndTest, RevokedWhileActive) {
  const auto viewing = Watch();

  Revoke(SelectorKind::kConsole, "console-1");
  ASSERT_TRUE(UntilOver(*viewing));

  EXPECT_EQ(viewing->fate->ending->sentence, "Because I say so.");
  ExpectEnded(*viewing, EndReason::kRevoked, true);
}

TEST_F(SessionEndTest, RevokedWhileDialling) {
  configuration_.timeouts.dial = std::chrono::hours(1);
  const FullBacklog full(worker_.Loop());
  const auto viewing = View(TokenFor(full.Target()));
  ASSERT_TRUE(UntilIn(State::kDialling));

  Revoke(SelectorKind::kSubject, "user-42");
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kRevoked, false);
}

TEST_F(SessionEndTest, RevokedWhileTheHostShakesHands) {
  host_->Be(Manner::kSilent);
  const auto viewing = View();
  ASSERT_TRUE(UntilIn(State::kHandshaking));

  Revoke(SelectorKind::kKey, "key-1");
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kRevoked, false);
}

TEST_F(SessionEndTest, RevokedWhileTheViewerShakesHands) {
  const auto viewing = Connect();
  ASSERT_TRUE(Until([this] { return Only() != nullptr && Only()->Snap().host.has_value(); }));

  Revoke(SelectorKind::kToken, "token-1");
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kRevoked, false);
}

TEST_F(SessionEndTest, RevokedWhileTheClaimIsPending) {
  store_.Be(HeldStore::Mode::kHolds);
  const auto viewing = View();
  ASSERT_TRUE(Until([this] { return Only() != nullptr && Only()->Snap().host.has_value(); }));
  Settle();

  Revoke(SelectorKind::kAll);
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kRevoked, false);
  EXPECT_EQ(store_.Release(), 1U);  // the answer finds nobody
  Settle();
}

TEST_F(SessionEndTest, RevokedTwiceIsRevokedOnce) {
  const auto viewing = Watch();
  const std::shared_ptr<Record> record = Only();

  EXPECT_TRUE(record->RequestEnd({EndReason::kRevoked, "first"}));
  EXPECT_FALSE(record->RequestEnd({EndReason::kDraining, "second"}));
  ASSERT_TRUE(UntilOver(*viewing));

  EXPECT_EQ(viewing->fate->ending->sentence, "first");
  ExpectEnded(*viewing, EndReason::kRevoked, true);
}

TEST_F(SessionEndTest, ARevocationAfterTheEndChangesNothing) {
  const auto viewing = Watch();
  const std::shared_ptr<Record> record = Only();
  viewing->browser->SendEof();
  ASSERT_TRUE(Until([&] { return record->CurrentState() == State::kEnding; }));

  EXPECT_FALSE(record->RequestEnd({EndReason::kRevoked, "late"}));

  EXPECT_EQ(record->Snap().end->reason, EndReason::kViewerClosed);
  ASSERT_TRUE(UntilOver(*viewing));
  ExpectEnded(*viewing, EndReason::kViewerClosed, true);
}

TEST_F(SessionEndTest, TheHostsWordsCannotForgeALogLine) {
  host_->SetName("x\"}\n{\"event\":\"session_ended\"");
  const auto viewing = Watch();

  registry_.End({.kind = SelectorKind::kAll, .value = {}, .addresses = {}}, EndReason::kRevoked,
                "no\"}\n{\"event\":\"session_ended\"");
  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kRevoked, true);
}

TEST_F(SessionEndTest, TellsOnceThatASessionIsGone) {
  const auto active = Watch();
  const std::shared_ptr<Record> record = Only();
  int gone = 0;
  record->OnGone([&gone] { ++gone; });

  EXPECT_EQ(gone, 0);
  active->browser->Vanish();
  ASSERT_TRUE(UntilOver(*active));

  EXPECT_EQ(gone, 1);
  record->OnGone([&gone] { ++gone; });
  EXPECT_EQ(gone, 2);
  EXPECT_FALSE(record->RequestEnd({EndReason::kRevoked, "nobody"}));
}

}  // namespace
}  // namespace porthole::session

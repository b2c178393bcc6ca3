#include "front/public_side.h"

#include "front/accept_loop.h"
#include "front/admin_side.h"
#include "state/memory_store.h"
#include "telemetry/health.h"
#include "telemetry/metrics.h"
#include "tests/support/audit_lines.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seal_token.h"
#include "tests/unit/net/frames.h"
#include "tests/unit/net/served.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

// The public and the admin port over loopback, with everything real behind them but the clock.

namespace porthole::front {
namespace {

using testing::Frame;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawClient;
using testing::RunUntil;
using testing::ServerFrame;
using ::testing::StartsWith;
using testing::UpgradeRequest;

constexpr std::string_view kMaterial = "0123456789abcdef0123456789ABCDEF";

std::string Token() {
  const auto now = FakeClock::kStart.time_since_epoch().count();
  return Seal(R"({"alg":"dir","enc":"A256GCM","kid":"key-1"})",
              R"({"aud":"porthole","sub":"u","jti":"j","iat":)" + std::to_string(now - 100) +
                  R"(,"exp":)" + std::to_string(now + 60) +
                  R"(,"console":{"id":"c","name":"<web-1>","target":"tcp://10.1.34.5:5901"}})",
              kMaterial)
      .Text();
}

struct ViewerDirectory {
  ViewerDirectory() {
    std::filesystem::create_directory(directory.At("assets"));
    for (const auto& [name, content] : {std::pair{"console.html", "<p>{{console_name}}</p>"},
                                        {"terminal.html", "<pre>{{console_name}}</pre>"},
                                        {"error.html", "<p>{{reason}}: {{sentence}}</p>"},
                                        {"assets/favicon.svg", "<svg/>"},
                                        {"assets/a.js", "let a;"}}) {
      static_cast<void>(directory.Write(name, content));
    }
  }
  TempDirectory directory;
};

class PublicSideTest : public ::testing::Test {
 protected:
  // Serves every connection that comes.
  void Serve(bool secure = false, admission::AddressLimits limits = {}) {
    ASSERT_TRUE(keys_
                    .Put({.id = "key-1",
                          .profile = token::KeyProfile::kJwe,
                          .material = Secret(std::string(kMaterial)),
                          .created = clock_.Wall(),
                          .not_after = {}})
                    .ok());
    served_ = std::make_unique<testing::Served>(testing::Unhurried(), secure);
    budget_ = std::make_unique<admission::AddressBudget>(limits, clock_);
    settings_ = std::make_unique<PublicSettings>(files_, *budget_, admission_, metrics_.front, log_,
                                                 std::vector<std::string>(), std::string(), most_);
    dialer_ = std::make_unique<net::Dialer>(net::DialerParts{.worker = served_->Home(),
                                                             .policy = policy_,
                                                             .resolver = resolver_,
                                                             .timeouts = served_->timeouts});
    sessions_ = std::make_unique<session::Surroundings>(
        session::Surroundings{.registry = registry_,
                              .admission = admission_,
                              .dialer = *dialer_,
                              .hosts = hosts_,
                              .timers = served_->Home().Clockwork(),
                              .buffers = buffers_,
                              .worker_traffic = metrics_.traffic.Worker(0),
                              .metrics = metrics_.session,
                              .admissions = metrics_.admission,
                              .connections = metrics_.front,
                              .log = log_,
                              .audit = audit_.Log(),
                              .clock = clock_,
                              .limits = {}});
    side_ = std::make_unique<PublicSide>(*settings_, *sessions_);
    SpawnAcceptLoop(
        *served_->listener->Acceptors().front(),
        [this](std::unique_ptr<net::HttpConnection> connection) {
          return side_->Serve(std::move(connection));
        },
        metrics_.front, log_);
  }

  std::unique_ptr<RawClient> Connect() {
    auto client = std::make_unique<RawClient>(served_->Home(), served_->Port());
    EXPECT_TRUE(served_->tls == nullptr || client->StartTls());
    return client;
  }

  // The whole answer to one request on a connection of its own.
  std::string Ask(const std::string& head, const std::string& rest = "Host: localhost\r\n\r\n") {
    const auto client = Connect();
    client->Send(head + "\r\n" + "Connection: close\r\n" + rest);
    EXPECT_TRUE(client->ReceiveEnd());
    return client->Received();
  }
  std::string AskRaw(const std::string& bytes) {
    const auto client = Connect();
    client->Send(bytes);
    EXPECT_TRUE(client->ReceiveEnd());
    return client->Received();
  }

  // The close frame that a WebSocket request gets after its 101.
  ServerFrame Refused(const std::string& request) {
    const auto client = Connect();
    client->Send(request);
    EXPECT_TRUE(client->ReceiveText("\r\n\r\n"));
    EXPECT_THAT(client->Received(), StartsWith("HTTP/1.1 101 "));
    std::string& received = client->Received();
    received.erase(0, received.find("\r\n\r\n") + 4);
    std::optional<ServerFrame> frame;
    EXPECT_TRUE(RunUntil(served_->Home(), [&] {
      client->Pump();
      frame = testing::TakeFrame(received);
      return frame.has_value();
    }));
    client->Send(Frame(testing::kFin | testing::kClose, frame->payload.substr(0, 2)));
    client->SendEnd();
    EXPECT_TRUE(client->ReceiveEnd());
    return *frame;
  }

  std::size_t most_ = 100;
  FakeClock clock_;
  std::ostringstream lines_;
  telemetry::Logger log_{telemetry::Level::kInfo, clock_, lines_};
  AuditLines audit_{clock_};
  telemetry::Metrics metrics_{{.version = "1", .revision = "r"}, 1};
  state::MemoryStore store_;
  token::KeyRing keys_;
  admission::BlockList blocks_{store_};
  config::Configuration configuration_;
  net::AddressPolicy policy_{{}, {}};
  admission::Admission admission_{
      configuration_,
      {.keys = keys_,
       .blocks = blocks_,
       .store = store_,
       .clock = clock_,
       .target_check = [this](const Target& target) { return policy_.CheckTarget(target); },
       .process_started = clock_.Wall() - std::chrono::hours(1)}};
  session::SessionRegistry registry_{{}};
  bridge::BufferPool buffers_;
  ViewerDirectory directory_;
  ViewerFiles files_ = *ViewerFiles::Load(directory_.directory.At(""));
  std::unique_ptr<admission::AddressBudget> budget_;
  std::unique_ptr<PublicSettings> settings_;
  net::HostSettings hosts_{config::Hosts(), *net::ClientTls::Load({})};
  net::Resolver resolver_;
  std::unique_ptr<net::Dialer> dialer_;
  std::unique_ptr<session::Surroundings> sessions_;
  std::unique_ptr<PublicSide> side_;
  std::unique_ptr<testing::Served> served_;  // first to go, with every coroutine
};

TEST_F(PublicSideTest, AGoodLinkGivesThePageAndItsHeaders) {
  Serve(true);
  const std::string page = Ask("GET /console?token=" + Token() + " HTTP/1.1");
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200 ")) << lines_.str();
  EXPECT_THAT(page, HasSubstr("<p>&lt;web-1&gt;</p>"));
  EXPECT_THAT(page, HasSubstr("frame-ancestors 'none'\r\n"));
  EXPECT_THAT(page, HasSubstr("Referrer-Policy: no-referrer\r\n"));
  EXPECT_THAT(page, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(page, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(page, HasSubstr("Strict-Transport-Security: max-age="));
  // Nothing is claimed: it works again.
  EXPECT_THAT(Ask("GET /console?token=" + Token() + " HTTP/1.1"), StartsWith("HTTP/1.1 200 "));
}

// CloudStack's own links lead to the same page, its files and its socket beside it.
TEST_F(PublicSideTest, CloudStacksPathIsThePageUnderAnotherName) {
  Serve(true);
  const std::string link = "/resource/noVNC/vnc.html?autoconnect=true&port=8443&token=";
  EXPECT_THAT(Ask("GET " + link + Token() + " HTTP/1.1"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Ask("GET " + link + "a+b/c== HTTP/1.1"), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(Ask("GET /resource/noVNC/assets/a.js HTTP/1.1"), HasSubstr("\r\n\r\nlet a;"));
  EXPECT_THAT(Ask("GET /resource/noVNC/websockify HTTP/1.1"), StartsWith("HTTP/1.1 426 "));
  EXPECT_THAT(Ask("POST /resource/noVNC/websockify HTTP/1.1"), HasSubstr("Allow: GET\r\n"));
  for (const char* const path : {"/resource/noVNC", "/resource/noVNC/", "/resource/noVNC/console",
                                 "/resource/noVNC/favicon.ico", "/resource/noVNCvnc.html",
                                 "/resource/vnc.html", "/vnc.html"}) {
    EXPECT_THAT(Ask("GET " + std::string(path) + " HTTP/1.1"), StartsWith("HTTP/1.1 404 ")) << path;
  }
}

TEST_F(PublicSideTest, ABadLinkGivesAPageWithItsStatusAndReason) {
  Serve();
  const std::string token = Token();
  for (const auto& [target, status, reason] :
       {std::tuple<std::string, std::string, std::string>{"/console", "400", "token_missing"},
        {"/console?token=", "400", "token_missing"},
        {"/console?token=%zz", "400", "token_missing"},
        {"/console?token=" + std::string(12289, 'a'), "400", "token_missing"},
        {"/console?token=a.b.c.d.e", "403", "token_invalid"},
        {"/console?token=" + token.substr(0, token.size() - 2), "403", "token_invalid"}}) {
    const std::string page = Ask("GET " + target + " HTTP/1.1");
    EXPECT_THAT(page, StartsWith("HTTP/1.1 " + status + " ")) << target;
    EXPECT_THAT(page, HasSubstr("<p>" + reason + ": ")) << target;
    EXPECT_THAT(page, HasSubstr("Content-Security-Policy: "));
    EXPECT_THAT(page, Not(HasSubstr("Strict-Transport-Security")));
  }
  clock_.Advance(std::chrono::minutes(5));
  EXPECT_THAT(Ask("GET /console?token=" + token + " HTTP/1.1"), StartsWith("HTTP/1.1 410 "));
  EXPECT_THAT(lines_.str(), Not(HasSubstr(token)));
}

TEST_F(PublicSideTest, AssetsAreImmutableAndNothingElseIsServed) {
  Serve();
  const std::string file = Ask("GET /assets/a.js HTTP/1.1");
  EXPECT_THAT(file, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(file, HasSubstr("Cache-Control: public, max-age=31536000, immutable\r\n"));
  EXPECT_THAT(file, HasSubstr("\r\n\r\nlet a;"));
  EXPECT_THAT(Ask("HEAD /assets/a.js HTTP/1.1"), Not(HasSubstr("let a;")));
  EXPECT_THAT(Ask("GET http://localhost/assets/a.js HTTP/1.1"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Ask("GET /favicon.ico HTTP/1.1"), HasSubstr("image/svg+xml"));
  for (const char* const path : {"/", "/assets/", "/assets/../console.html", "/assets/%61.js",
                                 "/metrics", "*", "/consolex"}) {
    EXPECT_THAT(Ask("GET " + std::string(path) + " HTTP/1.1"), StartsWith("HTTP/1.1 404 ")) << path;
  }
}

TEST_F(PublicSideTest, WhatIsNoRequestForAnythingGetsItsStatus) {
  Serve();
  EXPECT_THAT(Ask("POST /console HTTP/1.1"), HasSubstr("Allow: GET, HEAD\r\n"));
  EXPECT_THAT(Ask("POST /websockify HTTP/1.1"), HasSubstr("Allow: GET\r\n"));
  EXPECT_THAT(Ask("HEAD /websockify HTTP/1.1"), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(Ask("GET /console HTTP/1.1", "Host: h\r\nContent-Length: 3\r\n\r\nabc"),
              StartsWith("HTTP/1.1 400 "));
  const std::string no_upgrade = Ask("GET /websockify HTTP/1.1");
  EXPECT_THAT(no_upgrade, StartsWith("HTTP/1.1 426 "));
  EXPECT_THAT(no_upgrade, HasSubstr("Upgrade: websocket\r\n"));
  EXPECT_THAT(no_upgrade, HasSubstr("Sec-WebSocket-Version: 13\r\n"));
  EXPECT_THAT(AskRaw("RFB 003.008\n\r\n\r\n"), HasSubstr(" 400 "));
  EXPECT_THAT(AskRaw("GET /" + std::string(20000, 'x')), HasSubstr(" 431 "));
}

// Beast refuses such an upgrade by itself, after the connection was given to it.
TEST_F(PublicSideTest, AnUpgradeWithoutAHostIsOneRefusalAndNoMore) {
  Serve();
  std::string request = UpgradeRequest();
  request.erase(request.find("Host: "), std::string("Host: localhost\r\n").size());
  EXPECT_THAT(AskRaw(request), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Ask("GET /assets/a.js HTTP/1.1"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(PublicSideTest, AnUpgradeOfAForeignPageIsRefusedInHttp) {
  Serve();
  for (const char* const origin : {"https://evil.example", "null", "http://localhost, http://x"}) {
    EXPECT_THAT(AskRaw(UpgradeRequest("Origin: " + std::string(origin) + "\r\n")),
                StartsWith("HTTP/1.1 403 "))
        << origin;
  }
  EXPECT_THAT(AskRaw(UpgradeRequest("Sec-WebSocket-Protocol: chat\r\n")),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(AskRaw(UpgradeRequest() + "early"), StartsWith("HTTP/1.1 400 "));
}

TEST_F(PublicSideTest, EveryOtherUpgradeGetsAReasonInAFrame) {
  Serve(true);
  EXPECT_EQ(Refused(UpgradeRequest()).Code(), 4400U);
  EXPECT_EQ(Refused(UpgradeRequest("Origin: https://localhost\r\n")).Code(), 4400U);
  const ServerFrame invalid =
      Refused(UpgradeRequest("Sec-WebSocket-Protocol: porthole.v1, porthole.token.a.b.c.d.e\r\n"));
  EXPECT_EQ(invalid.Code(), 4401U);
  EXPECT_EQ(invalid.payload.substr(2), Sentence(EndReason::kTokenInvalid));
  EXPECT_TRUE(RunUntil(served_->Home(), [this] { return settings_->connections == 0; }));
  EXPECT_EQ(registry_.Size(), 0U);
}

TEST_F(PublicSideTest, AnAddressOverItsBudgetIsToldWhenToComeBack) {
  Serve(false, {.connections = 10, .attempts_burst = 2, .attempts_per_minute = 60});
  EXPECT_THAT(Ask("GET /console HTTP/1.1"), StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(Refused(UpgradeRequest()).Code(), 4400U);
  for (const std::string& answer : {Ask("GET /console HTTP/1.1"), AskRaw(UpgradeRequest())}) {
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 429 "));
    EXPECT_THAT(answer, HasSubstr("Retry-After: 1\r\n"));
  }
  // Files cost nothing.
  EXPECT_THAT(Ask("GET /assets/a.js HTTP/1.1"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(PublicSideTest, ConnectionsAreLimitedAndGivenBack) {
  most_ = 1;
  Serve();
  {
    const auto first = Connect();
    first->Send("GET /assets/a.js HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(first->ReceiveText("let a;"));
    const std::string asset = Ask("GET /assets/a.js HTTP/1.1");
    EXPECT_THAT(asset, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(asset,
                HasSubstr("{\"reason\":\"too_many\",\"message\":\"This console server is full."));
    EXPECT_THAT(AskRaw(UpgradeRequest()), StartsWith("HTTP/1.1 503 "));
    for (const std::string path : {"/console", "/resource/noVNC/vnc.html"}) {
      const std::string page = Ask("GET " + path + "?token=x HTTP/1.1");
      EXPECT_THAT(page, StartsWith("HTTP/1.1 503 "));
      EXPECT_THAT(page, HasSubstr("Content-Type: text/html"));
      EXPECT_THAT(page, HasSubstr("Content-Security-Policy: default-src 'none'"));
    }
  }
  ASSERT_TRUE(RunUntil(served_->Home(), [this] { return settings_->connections == 0; }));
  EXPECT_THAT(Ask("GET /assets/a.js HTTP/1.1"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(PublicSideTest, AnAddressMayHoldSoManyConnections) {
  Serve(false, {.connections = 1, .attempts_burst = 10, .attempts_per_minute = 60});
  const auto first = Connect();
  first->Send("GET /assets/a.js HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(first->ReceiveText("let a;"));
  const std::string answer = Ask("GET /assets/a.js HTTP/1.1");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 429 "));
  EXPECT_THAT(answer, HasSubstr("Too many connections from your network address."));
}

TEST_F(PublicSideTest, OnlySoManyAreTurnedAwayWithWords) {
  most_ = 0;
  Serve();
  settings_->turned_away = 16;
  EXPECT_EQ(Ask("GET /assets/a.js HTTP/1.1"), "");
  settings_->turned_away = 15;
  EXPECT_THAT(Ask("GET /assets/a.js HTTP/1.1"), StartsWith("HTTP/1.1 503 "));
  EXPECT_TRUE(RunUntil(served_->Home(), [this] { return settings_->turned_away == 15; }));
}

TEST(AdminSide, AnswersPrometheusAndProbes) {
  const telemetry::Metrics metrics({.version = "1", .revision = "r"}, 1);
  telemetry::Health health;
  AdminSide side(metrics, health);
  testing::Served served;
  const auto ask = [&](const std::string& bytes) {
    RawClient client(served.Home(), served.Port());
    boost::asio::co_spawn(served.Home().Loop(), side.Serve(served.Accept()),
                          [](const std::exception_ptr&) {});
    client.Send(bytes);
    EXPECT_TRUE(client.ReceiveEnd());
    return client.Received();
  };
  const auto get = [&](const std::string& path) {
    return ask("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  };
  EXPECT_THAT(get("/metrics"), HasSubstr("porthole_build_info{"));
  EXPECT_THAT(get("/livez"), HasSubstr("\r\n\r\nok\n"));
  EXPECT_THAT(get("/readyz"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(get("/readyz?verbose"), HasSubstr("token_keys"));
  health.Set(telemetry::Condition::kListeners, true);
  health.Set(telemetry::Condition::kTokenKeys, true);
  EXPECT_THAT(get("/readyz"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(get("/console"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(ask("DELETE /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(ask("nonsense\r\n\r\n"), HasSubstr(" 400 "));
}

}  // namespace
}  // namespace porthole::front

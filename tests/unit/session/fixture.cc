#include "tests/unit/session/fixture.h"

#include "tests/support/seal_token.h"

#include <boost/json/serialize.hpp>

#include <exception>
#include <utility>

namespace porthole::session {
namespace {

constexpr std::string_view kMaterial = "0123456789abcdef0123456789ABCDEF";
constexpr std::chrono::seconds kPatience{10};

admission::Client Browser() {
  return {.address = IpAddress::V4({203, 0, 113, 7}),
          .origin = "https://console.example",
          .host = "console.example",
          .tls = true};
}

}  // namespace

SessionTest::SessionTest()
    : log_(telemetry::Level::kInfo, clock_, lines_),
      metrics_({.version = "1.2.3", .revision = "r"}, 1),
      blocks_(store_),
      registry_(Limits()) {
  EXPECT_TRUE(keys_
                  .Put({.id = "key-1",
                        .profile = token::KeyProfile::kJwe,
                        .material = Secret(std::string(kMaterial)),
                        .created = FakeClock::kStart,
                        .not_after = {}})
                  .ok());
  configuration_.targets.allow_denied = {*IpPrefix::Parse("127.0.0.0/8")};
  host_.emplace(worker_.Loop());
}

SessionTest::~SessionTest() = default;

// What the tests change of the configuration counts until here.
void SessionTest::Prepare() {
  if (around_.has_value()) {
    return;
  }
  addresses_.emplace(configuration_.targets, std::vector<std::uint16_t>());
  admission_.emplace(
      configuration_,
      admission::Surroundings{
          .keys = keys_,
          .blocks = blocks_,
          .store = store_,
          .clock = clock_,
          .target_check = [this](const Target& target) { return addresses_->CheckTarget(target); },
          .process_started = clock_.Wall()});
  dialer_.emplace(net::DialerParts{.worker = worker_,
                                   .policy = *addresses_,
                                   .resolver = resolver_,
                                   .timeouts = configuration_.timeouts});
  hosts_.emplace(configuration_.hosts, *net::ClientTls::Load({}));
  around_.emplace(Surroundings{.registry = registry_,
                               .admission = *admission_,
                               .dialer = *dialer_,
                               .hosts = *hosts_,
                               .timers = worker_.Clockwork(),
                               .buffers = buffers_,
                               .worker_traffic = worker_traffic_,
                               .metrics = metrics_.session,
                               .admissions = metrics_.admission,
                               .connections = metrics_.front,
                               .log = log_,
                               .audit = audit_.Log(),
                               .clock = clock_,
                               .limits = limits_});
}

boost::json::object SessionTest::Payload(const std::string& jti) const {
  const auto now =
      std::chrono::floor<std::chrono::seconds>(clock_.Wall()).time_since_epoch().count();
  return {{"aud", "porthole"},
          {"sub", "user-42"},
          {"jti", jti},
          {"iat", now},
          {"exp", now + 60},
          {"console",
           {{"id", "console-1"}, {"target", host_->Target()}, {"password", "s3cret-of-host"}}},
          {"policy", boost::json::object()}};
}

std::string SessionTest::Mint(const boost::json::object& payload) {
  return Seal(R"({"alg":"dir","enc":"A256GCM","kid":"key-1"})", boost::json::serialize(payload),
              kMaterial)
      .Text();
}

std::shared_ptr<Viewing> SessionTest::Connect(const std::string& token) {
  Prepare();
  const auto viewing = std::make_shared<Viewing>();
  testing::MemoryStreamPair pair =
      testing::MemoryStreamPair::Make(worker_.Loop().get_executor(), pipe_bytes_);
  viewing->browser = std::move(pair.far);
  auto stream = std::make_unique<ViewerStream>(std::move(pair.near), viewing->fate);
  viewing->stream = stream.get();
  boost::asio::co_spawn(worker_.Loop(),
                        RunSession(*around_, std::move(stream),
                                   {.token = token,
                                    .client = Browser(),
                                    .user_agent = "Mozilla/5.0",
                                    .reads_text = reads_text_}),
                        [viewing](const std::exception_ptr& thrown) {
                          EXPECT_EQ(thrown, nullptr);
                          viewing->over = true;
                        });
  return viewing;
}

std::shared_ptr<Viewing> SessionTest::View(const std::string& token) {
  std::shared_ptr<Viewing> viewing = Connect(token);
  ShakeHands(*viewing);
  return viewing;
}

void SessionTest::ShakeHands(Viewing& viewing) {
  viewing.browser->Push("RFB 003.008\n" + testing::U8(1) + testing::U8(1));
}

bool SessionTest::Until(const std::function<bool()>& done) {
  const SteadyTime until = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > until) {
      return false;
    }
    worker_.Loop().run_one_for(std::chrono::milliseconds(100));
  }
  return true;
}

bool SessionTest::UntilIn(State state) {
  return Until([this, state] {
    const std::shared_ptr<Record> record = Only();
    return record != nullptr && record->CurrentState() == state;
  });
}

std::shared_ptr<Record> SessionTest::Only() const {
  const std::vector<std::shared_ptr<Record>> first = registry_.List(0, 1);
  return first.empty() ? nullptr : first.front();
}

void SessionTest::Revoke(SelectorKind kind, const std::string& value) {
  registry_.End({.kind = kind, .value = value, .addresses = {}}, EndReason::kRevoked,
                "Because I say so.");
}

double SessionTest::Gauges() const {
  double sum = 0;
  for (std::size_t i = 0; i < telemetry::kSessionStateCount; ++i) {
    sum += around_->metrics.In(static_cast<telemetry::SessionState>(i)).Value();
  }
  return sum;
}

double SessionTest::Attempts() {
  double sum = Admitted();
  for (int i = 0; i < kEndReasonCount; ++i) {
    sum += Admissions(static_cast<EndReason>(i));
  }
  return sum;
}

std::size_t SessionTest::Lines(const std::string& event) const {
  const std::string text = lines_.str();
  const std::string wanted = R"("event":")" + event + '"';
  std::size_t count = 0;
  for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
    ++count;
  }
  return count;
}

void SessionTest::ExpectAllSettled(std::size_t attempts) {
  EXPECT_EQ(registry_.Size(), 0U);
  EXPECT_EQ(Attempts(), static_cast<double>(attempts));
  for (std::size_t i = 0; i < telemetry::kSessionStateCount; ++i) {
    EXPECT_EQ(metrics_.session.In(static_cast<telemetry::SessionState>(i)).Value(), 0) << i;
  }
  EXPECT_EQ(Lines("session_ended") + Lines("session_failed") + Lines("session_refused"), attempts);
  EXPECT_EQ(static_cast<double>(Lines("session_opened")), Admitted());
  EXPECT_EQ(Lines("session_opened"), Lines("session_ended"));
  EXPECT_EQ(lines_.str().find("s3cret-of-host"), std::string::npos);
}

void SessionTest::ExpectEnded(const Viewing& viewing, EndReason reason, bool opened) {
  ASSERT_TRUE(viewing.over);
  EXPECT_TRUE(viewing.fate->gone);
  ASSERT_TRUE(viewing.fate->ending.has_value());
  EXPECT_EQ(viewing.fate->ending->code, CloseCode(reason)) << viewing.fate->ending->sentence;
  EXPECT_EQ(metrics_.session.opened.Value(), opened ? 1 : 0);
  EXPECT_EQ(metrics_.session.Ended(reason).Value(), opened ? 1 : 0);
  EXPECT_EQ(Admissions(reason), opened ? 0 : 1);
  EXPECT_NE(lines_.str().find(R"("reason":")" + std::string(Name(reason)) + '"'), std::string::npos)
      << lines_.str();
  ExpectAllSettled(1);
}

}  // namespace porthole::session

#include "token/claims.h"

#include "tests/unit/token/fixture.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace porthole::token {
namespace {

Judged<Grant> Read(const boost::json::object& payload, const TokenRules& rules = {}) {
  return ReadClaims(Text(payload), FakeClock::kStart, rules);
}

std::string Invalid(const boost::json::object& payload, const TokenRules& rules = {}) {
  return DetailOf(Read(payload, rules), EndReason::kTokenInvalid);
}

TEST(Claims, ReadsTheWholeGrant) {
  const Judged<Grant> judged = Read(GoodPayload());

  ASSERT_TRUE(std::holds_alternative<Grant>(judged)) << std::get<Refusal>(judged).detail;
  const auto& grant = std::get<Grant>(judged);
  EXPECT_EQ(grant.token_id, "token-1");
  EXPECT_EQ(grant.issuer, "cloud-1");
  EXPECT_EQ(grant.subject, "user-42");
  EXPECT_EQ(grant.issued_at, WallTime(FakeClock::kStart));
  EXPECT_EQ(grant.expires_at, WallTime(FakeClock::kStart + std::chrono::seconds(60)));
  EXPECT_EQ(grant.console_id, "console-1");
  EXPECT_EQ(grant.console_name, "web-1");
  EXPECT_EQ(grant.target, (Target{TargetScheme::kTcp, "10.1.34.5", 5901, ""}));
  EXPECT_EQ(grant.username, "u");
  EXPECT_EQ(grant.password.Reveal(), "s3cret");
  EXPECT_EQ(grant.tls.mode, TlsMode::kRequire);
  EXPECT_EQ(grant.tls.server_name, "kvm-7.example");
  EXPECT_EQ(grant.policy.view_only, false);
  ASSERT_EQ(grant.policy.client_ip.size(), 1U);
  EXPECT_EQ(grant.policy.client_ip[0].ToString(), "203.0.113.7/32");
}

TEST(Claims, NeedsNoMoreThanTheRequiredMembers) {
  boost::json::object payload = GoodPayload();
  payload.erase("iss");
  payload.erase("policy");
  payload["console"] = {{"id", "c"}, {"target", "unix:/vm.sock"}};

  const Judged<Grant> judged = Read(payload);

  ASSERT_TRUE(std::holds_alternative<Grant>(judged)) << std::get<Refusal>(judged).detail;
  const auto& grant = std::get<Grant>(judged);
  EXPECT_EQ(grant.console_name, "");
  EXPECT_TRUE(grant.password.Empty());
  EXPECT_EQ(grant.tls.mode, TlsMode::kPrefer);
  EXPECT_EQ(grant.policy.view_only, std::nullopt);
  EXPECT_EQ(grant.policy.clipboard, std::nullopt);
  EXPECT_EQ(grant.policy.sharing, std::nullopt);
  EXPECT_EQ(grant.policy.max_duration, std::nullopt);
  EXPECT_EQ(grant.policy.idle_timeout, std::nullopt);
  EXPECT_TRUE(grant.policy.client_ip.empty());
}

TEST(Claims, NamesARequiredMemberThatIsMissing) {
  for (const std::string_view name : {"exp", "iat", "aud", "jti", "sub", "console"}) {
    boost::json::object payload = GoodPayload();
    payload.erase({name.data(), name.size()});
    EXPECT_EQ(Invalid(payload), "payload: " + std::string(name) + " is missing");
  }
  for (const std::string_view name : {"id", "target"}) {
    boost::json::object payload = GoodPayload();
    payload["console"].as_object().erase({name.data(), name.size()});
    EXPECT_EQ(Invalid(payload), "payload: console." + std::string(name) + " is missing");
  }
}

TEST(Claims, RefusesARequiredTextThatIsEmptyTooLongOrOfAnotherType) {
  for (const std::string_view name : {"jti", "sub", "aud"}) {
    for (const boost::json::value& value :
         {boost::json::value(""), boost::json::value(std::string(257, 'x')), boost::json::value(1),
          boost::json::value(nullptr), boost::json::value("a\nb")}) {
      boost::json::object payload = GoodPayload();
      payload[{name.data(), name.size()}] = value;
      EXPECT_TRUE(Invalid(payload).starts_with("payload: " + std::string(name))) << value;
    }
  }
}

TEST(Claims, BoundsTheTokenId) {
  boost::json::object payload = GoodPayload();
  payload["jti"] = std::string(128, 'j');
  EXPECT_TRUE(std::holds_alternative<Grant>(Read(payload)));
  payload["jti"] = std::string(129, 'j');
  EXPECT_EQ(Invalid(payload), "payload: jti is longer than 128 bytes");
}

TEST(Claims, IgnoresUnknownMembersAtTheTopOnly) {
  boost::json::object payload = GoodPayload();
  payload["cloud_private"] = {{"a", {1, 2, 3}}};
  EXPECT_TRUE(std::holds_alternative<Grant>(Read(payload)));

  for (const std::string_view pointer : {"/console", "/console/tls", "/policy"}) {
    boost::json::value spoilt = GoodPayload();
    spoilt.at_pointer({pointer.data(), pointer.size()}).as_object()["max_viewers"] = 1;
    EXPECT_NE(Invalid(spoilt.as_object()).find("max_viewers is not a member that is known here"),
              std::string::npos)
        << pointer;
  }
}

TEST(Claims, RefusesDuplicateMembersHoweverDeep) {
  std::string text = Text(GoodPayload());
  const auto with = [&](std::string_view after, std::string_view more) {
    std::string spoilt = text;
    spoilt.insert(spoilt.find(after) + after.size(), more);
    return DetailOf(ReadClaims(spoilt, FakeClock::kStart, {}), EndReason::kTokenInvalid);
  };
  for (const auto& [after, more] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"{", R"("exp":9999999999,)"},
           {R"("policy":{)", R"("view_only":true,)"},
           {R"("console":{)", R"("target":"tcp://169.254.169.254:80",)"},
           {R"("tls":{)", R"("mode":"disable",)"},
           {"{", R"("ignored":[{"a":1,"a":2}],)"}}) {
    EXPECT_NE(with(after, more).find("twice"), std::string::npos) << more;
  }
}

TEST(Claims, RefusesAPayloadThatIsNoObject) {
  for (const std::string_view text : {"", "null", "[]", "\"{}\"", "1", "{", "{}x", "\xFF"}) {
    EXPECT_TRUE(DetailOf(ReadClaims(text, FakeClock::kStart, {}), EndReason::kTokenInvalid)
                    .starts_with("payload: "))
        << text;
  }
}

TEST(Claims, TakesOnlyThisNodesAudience) {
  boost::json::object payload = GoodPayload();
  payload["aud"] = "another";
  EXPECT_EQ(Invalid(payload), "aud is not this node's audience");
  TokenRules rules;
  rules.audience = "another";
  EXPECT_TRUE(std::holds_alternative<Grant>(Read(payload, rules)));

  payload["aud"] = {"another", "porthole"};
  EXPECT_TRUE(std::holds_alternative<Grant>(Read(payload)));
  payload["aud"] = {"another", "Porthole"};
  EXPECT_EQ(Invalid(payload), "aud is not this node's audience");
  payload["aud"] = boost::json::array();
  EXPECT_EQ(Invalid(payload), "payload: aud must be a list of 1 to 16 strings");
  payload["aud"] = {"porthole", 1};
  EXPECT_EQ(Invalid(payload), "payload: aud must be a string");
}

TEST(Claims, TakesOnlyListedIssuersWhereSomeAre) {
  TokenRules rules;
  rules.issuers = {"cloud-1", "cloud-2"};
  boost::json::object payload = GoodPayload();
  EXPECT_TRUE(std::holds_alternative<Grant>(Read(payload, rules)));

  payload["iss"] = "cloud-3";
  EXPECT_EQ(Invalid(payload, rules), "iss is not an issuer that this node accepts");
  EXPECT_TRUE(std::holds_alternative<Grant>(Read(payload)));
  payload.erase("iss");
  EXPECT_EQ(Invalid(payload, rules), "iss is not an issuer that this node accepts");
}

TEST(Claims, ReadsATunnel) {
  boost::json::object payload = GoodPayload();
  payload["console"].as_object()["tunnel"] = {{"url", "https://xen-1.example"},
                                              {"path", "/console?uuid=1"},
                                              {"cookie", "session_id=OpaqueRef:7"}};

  const Judged<Grant> judged = Read(payload);

  const std::optional<Tunnel> tunnel = std::get<Grant>(judged).tunnel;
  ASSERT_TRUE(tunnel.has_value());
  EXPECT_EQ(ToString(*tunnel), "https://xen-1.example:443");
  EXPECT_EQ(tunnel->path.Reveal(), "/console?uuid=1");
  EXPECT_EQ(tunnel->cookie.Reveal(), "session_id=OpaqueRef:7");
}

TEST(Claims, ATunnelIsReadStrictlyAndNotRepeated) {
  const auto detail = [](boost::json::object tunnel, const char* target = "tcp://10.1.34.5:5901") {
    boost::json::object payload = GoodPayload();
    payload["console"].as_object()["target"] = target;
    payload["console"].as_object()["tunnel"] = std::move(tunnel);
    return Invalid(payload);
  };
  EXPECT_EQ(detail({}), "payload: console.tunnel.url is missing");
  EXPECT_EQ(detail({{"url", "https://x"}, {"port", 1}}),
            "payload: console.tunnel.port is not a member that is known here");
  EXPECT_EQ(detail({{"url", "https://x"}, {"path", "/QQ\r\nQQ"}}).find("QQ"), std::string::npos);
  EXPECT_EQ(detail({{"url", "https://x"}, {"path", "/"}, {"cookie", "a\nQQ"}}).find("QQ"),
            std::string::npos);
  EXPECT_EQ(detail({{"url", "https://user:QQ@x"}}).find("QQ"), std::string::npos);
  EXPECT_EQ(detail({{"url", "http://x"}}, "unix:/run/vm.sock"),
            "payload: console.tunnel goes with targets over TCP only");
  EXPECT_NE(detail({{"url", "http://x"}, {"cookie", "a=b"}}).find("goes with path only"),
            std::string::npos);
}

TEST(Claims, TellsTheTokenIdOfARefusedToken) {
  boost::json::object payload = GoodPayload();
  payload["policy"].as_object()["view_only"] = "yes";

  EXPECT_EQ(std::get<Refusal>(Read(payload)).token_id, "token-1");
}

TEST(Claims, SaysNoValueInARefusal) {
  boost::json::object payload = GoodPayload();
  payload["console"].as_object()["password"] = std::string(2000, 'Q');
  EXPECT_EQ(Invalid(payload).find("QQ"), std::string::npos);
  payload = GoodPayload();
  payload["console"].as_object()["target"] = "tcp://QQ.example";
  EXPECT_EQ(Invalid(payload).find("QQ"), std::string::npos);
}

}  // namespace
}  // namespace porthole::token

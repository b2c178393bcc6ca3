#include "tests/unit/admission/fixture.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

namespace porthole::admission {
namespace {

using std::chrono::seconds;

class JudgeTest : public AdmissionTest {};

TEST_F(JudgeTest, AdmitsAGoodToken) {
  boost::json::object payload = Payload();
  payload["policy"] = {{"view_only", true}};

  const AdmittedGrant admitted = Admitted(payload);

  EXPECT_EQ(admitted.grant.console_id, "console-1");
  EXPECT_EQ(admitted.grant.key_id, "key-1");
  EXPECT_TRUE(admitted.policy.view_only);
  EXPECT_EQ(admitted.policy.max_duration, configuration_.policy.max_duration);
  EXPECT_EQ(admitted.client, Browser().address);
}

TEST_F(JudgeTest, LeavesATokensDemandsOnTlsToTheHostsHandshake) {
  boost::json::object payload = Payload();
  for (const char* const mode : {"disable", "prefer", "require"}) {
    payload["console"].as_object()["tls"] = {{"mode", mode}};
    EXPECT_EQ(RefusalIn(Judge(payload)), std::nullopt) << mode;
  }
}

TEST_F(JudgeTest, NamesWhatItAdmits) {
  const SessionNames names = NamesOf(Admitted(Payload()), "session-1");

  EXPECT_EQ(names.session_id, "session-1");
  EXPECT_EQ(names.console_id, "console-1");
  EXPECT_EQ(names.subject, "user-42");
  EXPECT_EQ(names.key_id, "key-1");
  EXPECT_EQ(names.token_id, "token-1");
  EXPECT_EQ(names.client_address, Browser().address);
  EXPECT_EQ(names.token_issued_at, clock_.Wall());
}

TEST_F(JudgeTest, ClaimsNothing) {
  Admitted(Payload());
  Admitted(Payload());
  EXPECT_EQ(RefusalIn(Gate().Preview(Mint(Payload()), Browser())), std::nullopt);
}

TEST_F(JudgeTest, FollowsTheConfigurationsTokenRules) {
  configuration_.tokens.audience = "console.example";
  configuration_.tokens.issuers = {"cloud-1"};
  configuration_.tokens.max_lifetime = seconds(10);
  configuration_.tokens.clock_skew = seconds(0);
  boost::json::object payload = Payload();
  const auto detail = [&] {
    return NamedDetail(RefusalIn(Judge(payload)), EndReason::kTokenInvalid);
  };
  EXPECT_EQ(detail(), "aud is not this node's audience");
  payload["aud"] = "console.example";
  EXPECT_EQ(detail(), "iss is not an issuer that this node accepts");
  payload["iss"] = "cloud-1";
  EXPECT_EQ(detail(), "exp is too long after iat");
  payload["exp"] = payload["iat"].as_int64() + 10;
  Admitted(payload);
  clock_.Advance(seconds(10));
  NamedDetail(RefusalIn(Judge(payload)), EndReason::kTokenExpired);
}

TEST_F(JudgeTest, RefusesWhatIsNoToken) {
  EXPECT_EQ(RefusalIn(Gate().Judge("", Browser()))->reason, EndReason::kTokenMissing);
  EXPECT_EQ(RefusalIn(Gate().Judge("x", Browser()))->reason, EndReason::kTokenInvalid);
  keys_.Remove("key-1");
  EXPECT_EQ(RefusalIn(Judge(Payload()))->reason, EndReason::kTokenInvalid);
}

TEST_F(JudgeTest, RefusesAForeignOriginBeforeItLooksAtTheToken) {
  Client client = Browser();
  client.origin = "https://attacker.example";

  const std::optional<Refusal> refusal = RefusalIn(Gate().Judge("", client));

  EXPECT_EQ(refusal->reason, EndReason::kForbidden);
  EXPECT_EQ(refusal->detail, "the request's Origin is not allowed");
  EXPECT_FALSE(Gate().OriginAllowed(client));
}

TEST_F(JudgeTest, TakesListedOriginsAndThoseThatAreNoBrowser) {
  configuration_.viewer.origins = {"https://cloud.example"};
  Client client = Browser();
  client.origin = "https://cloud.example";
  EXPECT_TRUE(Gate().OriginAllowed(client));
  client.origin = std::nullopt;
  EXPECT_TRUE(Gate().OriginAllowed(client));
  client.origin = "null";
  EXPECT_FALSE(Gate().OriginAllowed(client));
}

TEST_F(JudgeTest, RefusesEverybodyWhileDraining) {
  Gate().SetDraining(true);
  EXPECT_EQ(RefusalIn(Judge(Payload()))->reason, EndReason::kDraining);
  EXPECT_EQ(RefusalIn(Gate().Preview(Mint(Payload()), Browser()))->reason, EndReason::kDraining);

  Gate().SetDraining(false);
  Admitted(Payload());
}

TEST_F(JudgeTest, HoldsTheViewerToTheTokensPolicy) {
  boost::json::object payload = Payload();
  payload["policy"] = {{"client_ip", {"198.51.100.1"}}};
  EXPECT_EQ(NamedDetail(RefusalIn(Judge(payload)), EndReason::kForbidden),
            "policy.client_ip does not hold the client's address");
}

TEST_F(JudgeTest, ForbidsSharingThatTheNodeDoesNotAllow) {
  configuration_.policy.sharing = {config::Sharing::kShared};
  boost::json::object payload = Payload();
  payload["policy"] = {{"sharing", "exclusive"}};

  EXPECT_EQ(NamedDetail(RefusalIn(Judge(payload)), EndReason::kForbidden),
            "policy.sharing is not among those that this node allows");
}

TEST_F(JudgeTest, ForbidsATargetThatTheAddressRulesDeny) {
  const std::optional<Refusal> refusal = RefusalIn(Judge(Payload("tcp://169.254.169.254:80")));

  EXPECT_EQ(NamedDetail(refusal, EndReason::kForbidden), "target: denied: cloud metadata");
  EXPECT_EQ(refusal->sentence.find("169.254"), std::string::npos);
}

TEST_F(JudgeTest, ForbidsSchemesThatAreNotEnabledWithoutAskingTheAddressRules) {
  configuration_.targets.schemes = {TargetScheme::kTcp, TargetScheme::kUnix,
                                    TargetScheme::kReverse};  // what the last two need is missing
  for (const std::string_view target :
       {"ws://10.0.0.1:1/", "raw+tcp://10.0.0.1:1", "reverse:vm-1", "unix:/run/vm/1.sock"}) {
    const std::string detail =
        NamedDetail(RefusalIn(Judge(Payload(target))), EndReason::kForbidden);
    EXPECT_TRUE(detail.ends_with("are not enabled here")) << detail;
  }
  EXPECT_EQ(target_checks_, 0);
}

TEST_F(JudgeTest, TakesTheSchemesThatAreConfigured) {
  configuration_.targets.schemes = {TargetScheme::kRawTcp, TargetScheme::kWss,
                                    TargetScheme::kReverse};
  configuration_.reverse.emplace();

  for (const char* const target : {"raw+tcp://10.0.0.1:1", "wss://10.0.0.1:1/", "reverse:vm-1"}) {
    EXPECT_EQ(ToString(Admitted(Payload(target)).grant.target), target);
  }
}

TEST_F(JudgeTest, TakesUnixTargetsWhereADirectoryIsConfigured) {
  configuration_.targets.unix_directory = "/run/vm";

  EXPECT_EQ(Admitted(Payload("unix:/run/vm/1.sock")).grant.target.path, "/run/vm/1.sock");
  EXPECT_EQ(target_checks_, 1);
}

// Design, section 4.1: a store that kept nothing cannot know what was used before the start.
TEST_F(JudgeTest, RefusesTokensFromBeforeTheStartWhenTheStoreForgets) {
  const std::string old = Mint(Payload());
  clock_.Advance(seconds(1));
  store_.Remember(false);
  ASSERT_FALSE(Gate().Draining());

  EXPECT_EQ(NamedDetail(RefusalIn(Gate().Judge(old, Browser())), EndReason::kTokenExpired),
            "issued before this node started, and its store does not remember used tokens");
  Admitted(Payload());
}

TEST_F(JudgeTest, TakesTokensFromBeforeTheStartWhenTheStoreRemembers) {
  const std::string old = Mint(Payload());
  clock_.Advance(seconds(1));

  EXPECT_TRUE(std::holds_alternative<AdmittedGrant>(Gate().Judge(old, Browser())));
}

}  // namespace
}  // namespace porthole::admission

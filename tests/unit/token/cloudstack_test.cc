#include "base/secret.h"
#include "base/target.h"
#include "tests/unit/token/fixture.h"
#include "token/cloudstack_material.h"
#include "token/cloudstack_token.h"
#include "token/opener.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace porthole::token {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

// Tokens that Python's `cryptography` made once (cloudstack/make_vectors.py).
class CloudStackTest : public testing::Test {
 protected:
  CloudStackTest() {
    std::ifstream file(PORTHOLE_CLOUDSTACK_VECTORS);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    vectors_ = json::parse(text).as_object();
    now_ = WallTime(seconds(vectors_.at("now").as_int64()));
  }

  std::string Text(json::string_view name) const {
    return json::value_to<std::string>(vectors_.at(name));
  }
  std::string Token(json::string_view name) const {
    return json::value_to<std::string>(vectors_.at("tokens").at(name));
  }
  TokenKey Key(CloudStackRules rules = {}) const {
    TokenKey key;
    key.id = "cloudstack-1";
    key.profile = KeyProfile::kCloudStack;
    key.material = JoinCloudStackMaterial(Text("key"), Text("iv"), Text("hash_key")).value();
    key.cloudstack = std::move(rules);
    return key;
  }
  Judged<Grant> Open(const std::string& token, seconds after = {}, CloudStackRules rules = {}) {
    KeyRing keys;
    EXPECT_TRUE(keys.Put(Key(std::move(rules))).ok());
    return OpenToken(token, keys, now_ + after, {});
  }
  Grant Opened(json::string_view name, seconds after = {}, CloudStackRules rules = {}) {
    Judged<Grant> judged = Open(Token(name), after, std::move(rules));
    if (const auto* const refusal = std::get_if<Refusal>(&judged)) {
      ADD_FAILURE() << refusal->detail;
      return {};
    }
    return std::get<Grant>(std::move(judged));
  }
  std::string Detail(const std::string& token, EndReason reason, seconds after = {}) {
    return DetailOf(Open(token, after), reason);
  }

  json::object vectors_;
  WallTime now_;
};

TEST_F(CloudStackTest, ReadsATokenAsAGrant) {
  const Grant grant = Opened("plain");

  EXPECT_EQ(grant.key_id, "cloudstack-1");
  EXPECT_EQ(grant.token_id, "0c9a8f0e-98c0-4a3b-8c55-b4d8d0a6f3f1");
  EXPECT_EQ(grant.subject, "");
  EXPECT_EQ(grant.console_id, "5b1f3a0e-5c5c-4c59-9f57-2f1f1e1b7a10");
  EXPECT_EQ(grant.console_name, Text("name"));
  EXPECT_EQ(ToString(grant.target), "tcp://10.1.34.5:5901");
  EXPECT_EQ(grant.password.Reveal(), Text("password"));
  EXPECT_EQ(grant.issued_at, now_ - seconds(20));
  EXPECT_EQ(grant.expires_at, now_ + seconds(100));
  EXPECT_EQ(grant.used_for, std::chrono::minutes(4));
  EXPECT_TRUE(grant.policy.client_ip.empty());
  EXPECT_TRUE(KnowsExtra(grant, "anything"));
}

TEST_F(CloudStackTest, IgnoresMembersThatItDoesNotKnow) {
  EXPECT_EQ(Opened("everything").console_name, Text("name"));
}

TEST_F(CloudStackTest, WantsTheExtraTokenToTheLetter) {
  const Grant grant = Opened("everything");

  EXPECT_TRUE(KnowsExtra(grant, "a b+c/d"));
  EXPECT_FALSE(KnowsExtra(grant, "a b+c/D"));
  EXPECT_FALSE(KnowsExtra(grant, "a b+c/"));
  EXPECT_FALSE(KnowsExtra(grant, ""));
}

TEST_F(CloudStackTest, TakesBase64OfEitherAlphabetWithAndWithoutPadding) {
  std::string token = Token("plain");
  ASSERT_TRUE(token.ends_with('='));
  token.erase(token.find('='));
  EXPECT_TRUE(std::holds_alternative<Grant>(Open(token)));
  std::ranges::replace(token, '+', '-');
  std::ranges::replace(token, '/', '_');
  EXPECT_TRUE(std::holds_alternative<Grant>(Open(token)));
  EXPECT_EQ(Detail(token + "===", EndReason::kTokenInvalid), "neither a JWE nor base64");
  EXPECT_EQ(Detail("a b", EndReason::kTokenInvalid), "neither a JWE nor base64");
}

TEST_F(CloudStackTest, TakesTheTicketOfThisMinuteTheOneBeforeAndTheNextWithinTheSkew) {
  EXPECT_EQ(Opened("a_minute_ago").issued_at, now_ - seconds(80));
  EXPECT_EQ(Opened("two_minutes_ago", seconds(-21)).issued_at, now_ - seconds(140));
  EXPECT_EQ(Opened("next_minute", seconds(10)).issued_at, now_ + seconds(40));
}

TEST_F(CloudStackTest, RefusesTheTicketOfAnyOtherMinute) {
  const std::string late = "the ticket is of an earlier minute";
  const std::string early = "the ticket is of a later minute";
  EXPECT_EQ(Detail(Token("two_minutes_ago"), EndReason::kTokenExpired), late);
  EXPECT_EQ(Detail(Token("an_hour_ago"), EndReason::kTokenExpired), late);
  EXPECT_EQ(Detail(Token("plain"), EndReason::kTokenExpired, seconds(100)), late);
  EXPECT_EQ(Detail(Token("next_minute"), EndReason::kTokenNotYetValid, seconds(9)), early);
  EXPECT_EQ(Detail(Token("in_two_minutes"), EndReason::kTokenNotYetValid), early);
  const std::string wrong =
      "the ticket is wrong: another hash key, or clocks that differ by an hour";
  EXPECT_EQ(Detail(Token("long_ago"), EndReason::kTokenInvalid), wrong);
  EXPECT_EQ(Detail(Token("wrong_ticket"), EndReason::kTokenInvalid), wrong);
  EXPECT_EQ(Detail(Token("gcm_sha1"), EndReason::kTokenInvalid), wrong);
}

TEST_F(CloudStackTest, RefusesWhatWasChangedAnywhere) {
  const std::string token = Token("no_object");  // a short one
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '=') {
      std::string changed = token;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      DetailOf(Open(changed), EndReason::kTokenInvalid);
    }
  }
  for (const std::string& cut : {token.substr(0, 36), token.substr(0, 4), std::string("AAAA")}) {
    EXPECT_EQ(Detail(cut, EndReason::kTokenInvalid),
              "it was not sealed with a CloudStack key that is here");
  }
  EXPECT_EQ(Detail(token, EndReason::kTokenInvalid), "payload: not an object");
  EXPECT_EQ(Detail(Token("other_keys"), EndReason::kTokenInvalid),
            "it was not sealed with a CloudStack key that is here");
}

TEST_F(CloudStackTest, RefusesAPayloadThatCannotBeRead) {
  EXPECT_EQ(Detail(Token("no_session"), EndReason::kTokenInvalid),
            "payload: sessionUuid is missing");
  EXPECT_TRUE(
      Detail(Token("no_json"), EndReason::kTokenInvalid).starts_with("payload: not a JSON text"));
}

TEST_F(CloudStackTest, RefusesWhatIsTooLarge) {
  EXPECT_EQ(Detail(std::string(12289, 'A'), EndReason::kTokenInvalid),
            "the token is longer than 12 KiB");
  EXPECT_EQ(Detail(std::string(12288, 'A'), EndReason::kTokenInvalid),
            "the payload is larger than 8 KiB");
}

TEST_F(CloudStackTest, ReadsTargetsOfEveryHypervisorButHyperV) {
  EXPECT_EQ(ToString(Opened("ipv6").target), "tcp://[fd00::7]:5902");
  EXPECT_EQ(ToString(Opened("vmware").target), "wss://esxi-1.example:443/ticket/0123456789abcdef");
  EXPECT_EQ(ToString(Opened("vmware_without_port").target), "wss://esxi-1.example:443/ticket/01");
  EXPECT_EQ(Detail(Token("vmware_nonsense"), EndReason::kTokenInvalid),
            "payload: websocketUrl: it is no WebSocket's");
  EXPECT_EQ(Detail(Token("hyper_v"), EndReason::kForbidden), "a console of Hyper-V, which is RDP");
  const Judged<Grant> hyper_v = Open(Token("hyper_v"));
  EXPECT_NE(std::get<Refusal>(hyper_v).sentence.find("Hyper-V"), std::string::npos);
  EXPECT_EQ(std::get<Refusal>(hyper_v).key_id, "cloudstack-1");
  EXPECT_EQ(std::get<Refusal>(hyper_v).token_id, "0c9a8f0e-98c0-4a3b-8c55-b4d8d0a6f3f1");
}

TEST_F(CloudStackTest, ReadsXenServersTunnel) {
  const Grant grant = Opened("xen");

  ASSERT_TRUE(grant.tunnel.has_value());
  EXPECT_EQ(ToString(*grant.tunnel), "https://xen-1.example:443");
  EXPECT_EQ(grant.tunnel->path.Reveal(), "/console?uuid=a0b1");
  EXPECT_EQ(grant.tunnel->cookie.Reveal(), "session_id=OpaqueRef:5a5b");
  EXPECT_EQ(ToString(grant.target), "tcp://xen-1.example:443");
  EXPECT_FALSE(Opened("plain").tunnel.has_value());
}

TEST_F(CloudStackTest, HasNoPasswordWhereTheTokenHasNone) {
  EXPECT_TRUE(Opened("no_password").password.Empty());
}

TEST_F(CloudStackTest, HoldsTheViewerToTheSourceAddressWhereTheKeySaysSo) {
  const Grant grant = Opened("plain", {}, {.check_source_address = true});

  ASSERT_EQ(grant.policy.client_ip.size(), 1U);
  EXPECT_EQ(grant.policy.client_ip[0].ToString(), "203.0.113.7/32");
  EXPECT_EQ(DetailOf(Open(Token("no_source"), {}, {.check_source_address = true}),
                     EndReason::kTokenInvalid),
            "payload: sourceIP is not an IP address");
  Opened("no_source");
}

TEST_F(CloudStackTest, OpensTheLegacyFormOnlyWhereTheKeyAllowsIt) {
  EXPECT_EQ(Detail(Token("legacy"), EndReason::kTokenInvalid),
            "it was not sealed with a CloudStack key that is here");
  EXPECT_EQ(ToString(Opened("legacy", {}, {.allow_legacy_cbc = true}).target),
            "tcp://10.1.34.5:5901");
  EXPECT_EQ(Opened("legacy_sha1", {}, {.allow_legacy_cbc = true}).password.Reveal(),
            Text("password"));
  EXPECT_EQ(
      DetailOf(Open(Token("gcm_sha1"), {}, {.allow_legacy_cbc = true}), EndReason::kTokenInvalid),
      "the ticket is wrong: another hash key, or clocks that differ by an hour");
}

TEST_F(CloudStackTest, GivesTheOriginsOfItsKey) {
  const Grant grant = Opened("plain", {}, {.extra_origins = {"https://cloud.example"}});
  EXPECT_EQ(grant.origins, std::vector<std::string>{"https://cloud.example"});
}

TEST_F(CloudStackTest, TriesEveryKeyButThoseWhoseTimeIsOver) {
  KeyRing keys;
  TokenKey other = Key();
  other.id = "a";
  other.material = JoinCloudStackMaterial(std::string(16, 'k'), std::string(16, 'i'), "h").value();
  ASSERT_TRUE(keys.Put(other).ok());
  TokenKey mine = Key();
  mine.not_after = now_ + seconds(1);
  ASSERT_TRUE(keys.Put(mine).ok());

  EXPECT_TRUE(std::holds_alternative<Grant>(OpenToken(Token("plain"), keys, now_, {})));
  EXPECT_EQ(
      DetailOf(OpenToken(Token("plain"), keys, now_ + seconds(1), {}), EndReason::kTokenInvalid),
      "it was not sealed with a CloudStack key that is here");
}

TEST_F(CloudStackTest, LeavesWhatHasFourDotsToTheOtherKeys) {
  KeyRing keys;
  ASSERT_TRUE(keys.Put(Key()).ok());
  ASSERT_TRUE(keys.Put(MakeKey("key-1")).ok());
  const std::string jwe = Seal(kHeader, json::serialize(GoodPayload()), kMaterial).Text();
  EXPECT_TRUE(std::holds_alternative<Grant>(OpenToken(jwe, keys, WallTime(FakeClock::kStart), {})));

  const std::string header = R"({"alg":"dir","enc":"A256GCM","kid":"cloudstack-1"})";
  const std::string material(Key().material.Reveal().substr(0, 32));
  EXPECT_EQ(DetailOf(OpenToken(Seal(header, "{}", material).Text(), keys, now_, {}),
                     EndReason::kTokenInvalid),
            "no token key has this id");
}

TEST_F(CloudStackTest, TakesKeysAsBytesAndAsCloudStackStoresThem) {
  const std::string key(Key().material.Reveal().substr(0, 16));
  const std::string iv(Key().material.Reveal().substr(16, 16));
  const auto joined = JoinCloudStackMaterial(key, iv, Text("hash_key"));
  ASSERT_TRUE(joined.ok());
  EXPECT_EQ(joined->Reveal(), Key().material.Reveal());
  EXPECT_TRUE(JoinCloudStackMaterial(Text("key") + "==", Text("iv"), "h").ok());
  for (const auto& [bad_key, bad_iv, bad_hash] :
       {std::tuple{std::string(15, 'k'), iv, std::string("h")},
        std::tuple{key, std::string(17, 'i'), std::string("h")}, std::tuple{key, iv, std::string()},
        std::tuple{key, iv, std::string("a b")}, std::tuple{key, iv, std::string(129, 'h')}}) {
    EXPECT_EQ(JoinCloudStackMaterial(bad_key, bad_iv, bad_hash).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(CloudStackTest, TakesOriginsAndNothingElseAsOrigins) {
  EXPECT_TRUE(CheckExtraOrigins({"https://cloud.example", "http://[::1]:8080"}).ok());
  for (const char* const bad :
       {"cloud.example", "https://", "https://a/b", "https://a b", "https://u@a", "://a", ""}) {
    EXPECT_FALSE(CheckExtraOrigins({bad}).ok()) << bad;
  }
  EXPECT_FALSE(CheckExtraOrigins(std::vector<std::string>(17, "https://a")).ok());
}

TEST_F(CloudStackTest, KeepsAtMostEightKeys) {
  KeyRing keys;
  for (int i = 0; i < 8; ++i) {
    TokenKey key = Key();
    key.id = "k" + std::to_string(i);
    ASSERT_TRUE(keys.Put(std::move(key)).ok());
  }
  EXPECT_EQ(keys.Put(Key()).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(keys.Put(MakeKey("key-1")).ok());
  EXPECT_EQ(keys.CloudStackKeys()->size(), 8U);
  EXPECT_TRUE(keys.Remove("k3"));
  EXPECT_TRUE(keys.Put(Key()).ok());
}

TEST_F(CloudStackTest, TellsKeysWithOtherRulesApart) {
  KeyRing keys;
  ASSERT_TRUE(keys.Put(Key()).ok());
  EXPECT_TRUE(keys.Put(Key()).ok());
  EXPECT_EQ(keys.Put(Key({.allow_legacy_cbc = true})).code(), absl::StatusCode::kAlreadyExists);
}

}  // namespace
}  // namespace porthole::token

#include "tests/unit/admission/fixture.h"
#include "token/cloudstack_material.h"

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

namespace porthole::admission {
namespace {

using std::chrono::seconds;

// With the fixed tokens of tests/unit/token, made at the start of the fake clock's time.
class CloudStackAdmissionTest : public AdmissionTest {
 protected:
  CloudStackAdmissionTest() {
    std::ifstream file(PORTHOLE_CLOUDSTACK_VECTORS);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    vectors_ = boost::json::parse(text);
  }

  std::string At(const char* name) const {
    return boost::json::value_to<std::string>(vectors_.at(name));
  }
  std::string Token(const char* name) const {
    return boost::json::value_to<std::string>(vectors_.at("tokens").at(name));
  }
  void PutKey(token::CloudStackRules rules = {}) {
    token::TokenKey key;
    key.id = "cloudstack-1";
    key.profile = token::KeyProfile::kCloudStack;
    key.material = token::JoinCloudStackMaterial(At("key"), At("iv"), At("hash_key")).value();
    key.cloudstack = std::move(rules);
    ASSERT_TRUE(keys_.Put(std::move(key)).ok());
  }
  std::optional<Refusal> Refused(const char* name, const Client& client) {
    return RefusalIn(Gate().Judge(Token(name), client));
  }

  boost::json::value vectors_;
};

TEST_F(CloudStackAdmissionTest, WantsTheExtraTokenFromTheClient) {
  PutKey();
  Client client = Browser();
  const std::optional<Refusal> without = Refused("everything", client);
  ASSERT_TRUE(without.has_value());
  EXPECT_EQ(without->reason, EndReason::kForbidden);
  EXPECT_EQ(without->detail, "`extra` is not what the token asks for");

  client.extra = "a b+c/d";
  EXPECT_FALSE(Refused("everything", client).has_value());
  EXPECT_FALSE(Refused("plain", client).has_value());
}

TEST_F(CloudStackAdmissionTest, HoldsTheClientToTheSourceAddressWhereTheKeySaysSo) {
  PutKey({.check_source_address = true});
  Client client = Browser();
  EXPECT_FALSE(Refused("plain", client).has_value());

  client.address = IpAddress::V4({203, 0, 113, 8});
  const std::optional<Refusal> refused = Refused("plain", client);
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->reason, EndReason::kForbidden);
}

TEST_F(CloudStackAdmissionTest, LetsTheKeysOriginsOpenTheKeysConsolesAlone) {
  PutKey({.extra_origins = {"https://cloud.example"}});
  Client client = Browser();
  client.origin = "https://cloud.example";

  EXPECT_TRUE(Gate().OriginAllowed(client));
  EXPECT_FALSE(Refused("plain", client).has_value());
  const std::optional<Refusal> refused = RefusalIn(Gate().Judge(Mint(Payload()), client));
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->detail, "the request's Origin is not allowed");

  client.origin = "https://other.example";
  EXPECT_FALSE(Gate().OriginAllowed(client));
}

TEST_F(CloudStackAdmissionTest, RefusesATicketOfAMinuteThatTheStoreMayHaveForgotten) {
  PutKey();
  store_.Remember(false);
  const std::optional<Refusal> refused = Refused("plain", Browser());
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->reason, EndReason::kTokenExpired);
}

TEST_F(CloudStackAdmissionTest, TakesASessionOnceAndKnowsSoForFourMinutes) {
  PutKey();
  Judged<AdmittedGrant> judged = Gate().Judge(Token("plain"), Browser());
  const auto admitted = std::get<AdmittedGrant>(std::move(judged));
  EXPECT_EQ(Claim(admitted), std::nullopt);

  clock_.Advance(seconds(239));
  const std::optional<Refusal> again = Claim(admitted);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->reason, EndReason::kTokenUsed);
  EXPECT_EQ(again->token_id, "0c9a8f0e-98c0-4a3b-8c55-b4d8d0a6f3f1");
}

}  // namespace
}  // namespace porthole::admission

#include "base/base64url.h"
#include "base/secret.h"
#include "base/target.h"
#include "token/key_ring.h"
#include "token/opener.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <variant>

namespace porthole::token {
namespace {

namespace json = boost::json;

std::string TextOf(const json::object& object, json::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value == nullptr ? std::string() : json::value_to<std::string>(*value);
}

void ExpectSame(const Grant& grant, const json::object& payload) {
  const json::object& console = payload.at("console").as_object();
  EXPECT_EQ(grant.token_id, TextOf(payload, "jti"));
  EXPECT_EQ(grant.issuer, TextOf(payload, "iss"));
  EXPECT_EQ(grant.subject, TextOf(payload, "sub"));
  EXPECT_EQ(grant.console_id, TextOf(console, "id"));
  EXPECT_EQ(grant.console_name, TextOf(console, "name"));
  EXPECT_EQ(ToString(grant.target), TextOf(console, "target"));
  EXPECT_EQ(grant.username, TextOf(console, "username"));
  EXPECT_EQ(grant.password.Reveal(), TextOf(console, "password"));
}

// Tokens that npm's jose minted once (jose/make_vectors.mjs): good ones mean here what went in, and
// each of the others is refused for its reason.
TEST(Vectors, AreJudgedAsTheySay) {
  std::ifstream file(PORTHOLE_JOSE_VECTORS);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const json::value vectors = json::parse(text);
  const auto material = DecodeBase64Url(TextOf(vectors.as_object(), "key")).value();
  KeyRing keys;
  ASSERT_TRUE(keys.Put({.id = TextOf(vectors.as_object(), "kid"),
                        .profile = KeyProfile::kJwe,
                        .material = Secret(std::string(material.begin(), material.end())),
                        .created = {},
                        .not_after = {}})
                  .ok());
  const WallTime now{std::chrono::seconds(vectors.at("now").as_int64())};
  ASSERT_GE(vectors.at("tokens").as_array().size(), 20U);

  for (const json::value& one : vectors.at("tokens").as_array()) {
    SCOPED_TRACE(TextOf(one.as_object(), "name"));
    const Judged<Grant> judged = OpenToken(TextOf(one.as_object(), "token"), keys, now, {});
    const std::string reason = TextOf(one.as_object(), "reason");
    if (const auto* const refusal = std::get_if<Refusal>(&judged)) {
      EXPECT_EQ(Name(refusal->reason), reason) << refusal->detail;
    } else {
      EXPECT_EQ(reason, "");
      ExpectSame(std::get<Grant>(judged), one.at("payload").as_object());
    }
  }
}

}  // namespace
}  // namespace porthole::token

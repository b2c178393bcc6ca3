#include "token/opener.h"

#include "tests/unit/token/fixture.h"
#include "token/jwe.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

namespace porthole::token {
namespace {

class OpenerTest : public testing::Test {
 protected:
  OpenerTest() { EXPECT_TRUE(keys_.Put(MakeKey("key-1")).ok()); }

  Judged<Grant> Open(std::string_view token, std::chrono::seconds after = {}) const {
    return OpenToken(token, keys_, WallTime(FakeClock::kStart) + after, {});
  }
  std::string Detail(std::string_view token) const {
    return DetailOf(Open(token), EndReason::kTokenInvalid);
  }

  KeyRing keys_;
};

std::string Mint(const boost::json::object& payload, std::string_view key = kMaterial) {
  return Seal(kHeader, Text(payload), key).Text();
}

TEST_F(OpenerTest, OpensAGoodToken) {
  const Judged<Grant> judged = Open(Mint(GoodPayload()));

  ASSERT_TRUE(std::holds_alternative<Grant>(judged)) << std::get<Refusal>(judged).detail;
  EXPECT_EQ(std::get<Grant>(judged).key_id, "key-1");
  EXPECT_EQ(std::get<Grant>(judged).token_id, "token-1");
  EXPECT_EQ(std::get<Grant>(judged).password.Reveal(), "s3cret");
}

TEST_F(OpenerTest, OpensTheSameTokenAsOftenAsItIsAsked) {
  const std::string token = Mint(GoodPayload());
  EXPECT_TRUE(std::holds_alternative<Grant>(Open(token)));
  EXPECT_TRUE(std::holds_alternative<Grant>(Open(token)));
}

TEST_F(OpenerTest, MissesATokenThatIsEmpty) {
  DetailOf(Open(""), EndReason::kTokenMissing);
}

TEST_F(OpenerTest, FindsTheKeyByItsId) {
  ASSERT_TRUE(keys_.Put(MakeKey("key-2", std::string(32, '2'))).ok());
  const std::string header = R"({"alg":"dir","enc":"A256GCM","kid":"key-2"})";

  EXPECT_TRUE(std::holds_alternative<Grant>(
      Open(Seal(header, Text(GoodPayload()), std::string(32, '2')).Text())));
  EXPECT_EQ(Detail(Seal(header, Text(GoodPayload()), kMaterial).Text()),
            "it was not sealed with this key");
}

TEST_F(OpenerTest, RefusesATokenWhoseKeyIsUnknownRemovedOrOver) {
  const std::string token = Mint(GoodPayload());
  keys_.Remove("key-1");
  EXPECT_EQ(Detail(token), "no token key has this id");

  TokenKey key = MakeKey("key-1");
  key.not_after = FakeClock::kStart + std::chrono::seconds(10);
  ASSERT_TRUE(keys_.Put(key).ok());
  EXPECT_TRUE(std::holds_alternative<Grant>(Open(token, std::chrono::seconds(9))));
  EXPECT_EQ(DetailOf(Open(token, std::chrono::seconds(10)), EndReason::kTokenInvalid),
            "the token key's time is over");
}

// A person, and who else looks at the answer, learns nothing of what was wrong before the token
// has proved authentic.
TEST_F(OpenerTest, SaysTheSameOfEveryTokenThatIsNotAuthentic) {
  SealedToken flipped = Seal(kHeader, Text(GoodPayload()), kMaterial);
  flipped.tag[3] = flipped.tag[3] == 'A' ? 'B' : 'A';
  boost::json::object expired = GoodPayload();
  expired["exp"] = 1;
  for (const std::string& token :
       {std::string("x"), std::string("...."), flipped.Text(),
        Mint(GoodPayload(), std::string(32, 'x')), Mint(expired, std::string(32, 'x')),
        Seal(R"({"alg":"dir","enc":"A256GCM","kid":"no-such-key"})", "{}", kMaterial).Text(),
        Seal(R"({"alg":"none","enc":"A256GCM","kid":"key-1"})", "{}", kMaterial).Text()}) {
    const Judged<Grant> judged = Open(token);
    ASSERT_TRUE(std::holds_alternative<Refusal>(judged)) << token;
    EXPECT_EQ(std::get<Refusal>(judged).reason, EndReason::kTokenInvalid);
    EXPECT_EQ(std::get<Refusal>(judged).sentence, Sentence(EndReason::kTokenInvalid));
  }
}

TEST_F(OpenerTest, TellsWhatIsWrongWithAnAuthenticToken) {
  const std::string token = Mint(GoodPayload());
  DetailOf(Open(token, std::chrono::seconds(90)), EndReason::kTokenExpired);
  DetailOf(Open(token, std::chrono::seconds(-31)), EndReason::kTokenNotYetValid);
}

TEST_F(OpenerTest, NamesKeyAndTokenWhereTheyCouldBeRead) {
  const auto unsealed = std::get<Refusal>(Open(Mint(GoodPayload(), std::string(32, 'x'))));
  EXPECT_EQ(unsealed.key_id, "key-1");
  EXPECT_EQ(unsealed.token_id, "");

  const auto expired = std::get<Refusal>(Open(Mint(GoodPayload()), std::chrono::hours(1)));
  EXPECT_EQ(expired.key_id, "key-1");
  EXPECT_EQ(expired.token_id, "token-1");

  const auto garbage = std::get<Refusal>(Open("garbage"));
  EXPECT_EQ(garbage.key_id, "");
}

TEST_F(OpenerTest, RefusesTokensOfAnySizeBeyondTheBound) {
  EXPECT_EQ(Detail(std::string(kMaxTokenBytes + 1, 'A')), "the token is longer than 12 KiB");
  // NOLINTNEXTLINE(bugprone-string-constructor): as long as that, on purpose
  EXPECT_EQ(Detail(std::string(10'000'000, '.')), "the token is longer than 12 KiB");
  boost::json::object payload = GoodPayload();
  payload["padding"] = std::string(kMaxPayloadBytes, 'p');
  EXPECT_EQ(Detail(Mint(payload)), "the payload is larger than 8 KiB");
}

TEST_F(OpenerTest, OpensAPayloadOfExactlyTheBound) {
  boost::json::object payload = GoodPayload();
  payload["padding"] = "";
  payload["padding"] = std::string(kMaxPayloadBytes - Text(payload).size(), 'p');
  ASSERT_EQ(Text(payload).size(), kMaxPayloadBytes);
  EXPECT_TRUE(std::holds_alternative<Grant>(Open(Mint(payload))));
}

TEST_F(OpenerTest, RefusesEveryFlippedBitOfAWholeToken) {
  const std::string token = Mint(GoodPayload());
  ASSERT_TRUE(std::holds_alternative<Grant>(Open(token)));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string flipped = token;
    flipped[i] = static_cast<char>(static_cast<unsigned char>(flipped[i]) ^ 1U);
    EXPECT_TRUE(std::holds_alternative<Refusal>(Open(flipped))) << i;
  }
}

}  // namespace
}  // namespace porthole::token

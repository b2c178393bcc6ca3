#include "token/jwe.h"

#include "tests/unit/token/fixture.h"

#include <absl/status/statusor.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole::token {
namespace {

absl::StatusOr<Secret> Open(const std::string& token, const TokenKey& key = MakeKey("key-1")) {
  const absl::StatusOr<Jwe> jwe = ParseJwe(token);
  return jwe.ok() ? DecryptJwe(*jwe, key) : absl::StatusOr<Secret>(jwe.status());
}

std::string WithHeader(std::string_view header) {
  return Seal(header, "payload", kMaterial).Text();
}

// Why a token with this protected header is refused; empty when it is not.
std::string RefusalOf(std::string_view header) {
  const absl::StatusOr<Jwe> jwe = ParseJwe(WithHeader(header));
  return jwe.ok() ? std::string() : jwe.status().ToString();
}

TEST(Jwe, OpensWhatWasSealed) {
  const absl::StatusOr<Jwe> jwe = ParseJwe(WithHeader(kHeader));

  ASSERT_TRUE(jwe.ok()) << jwe.status();
  EXPECT_EQ(jwe->key_id, "key-1");
  EXPECT_EQ(DecryptJwe(*jwe, MakeKey("key-1")).value().Reveal(), "payload");
}

TEST(Jwe, TakesTypeAndContentType) {
  EXPECT_EQ(RefusalOf(R"({"alg":"dir","enc":"A256GCM","kid":"k","typ":"JWT","cty":"json"})"), "");
  EXPECT_EQ(RefusalOf(R"({ "kid":"k", "enc":"A256GCM", "alg":"dir" })"), "");
}

TEST(Jwe, RefusesAHeaderThatAsksForAnythingElse) {
  const std::vector<std::string_view> headers = {
      R"({"enc":"A256GCM","kid":"k"})",
      R"({"alg":"dir","kid":"k"})",
      R"({"alg":"dir","enc":"A256GCM"})",
      R"({"alg":"A256KW","enc":"A256GCM","kid":"k"})",
      R"({"alg":"none","enc":"A256GCM","kid":"k"})",
      R"({"alg":"DIR","enc":"A256GCM","kid":"k"})",
      R"({"alg":"","enc":"A256GCM","kid":"k"})",
      R"({"alg":"PBES2-HS256+A128KW","enc":"A256GCM","kid":"k","p2c":2147483647,"p2s":"AA"})",
      R"({"alg":"dir","enc":"A128GCM","kid":"k"})",
      R"({"alg":"dir","enc":"A256CBC-HS512","kid":"k"})",
      R"({"alg":"dir","enc":"A256GCM","kid":"k","zip":"DEF"})",
      R"({"alg":"dir","enc":"A256GCM","kid":"k","crit":["exp"]})",
      R"({"alg":"dir","enc":"A256GCM","kid":"k","jku":"https://attacker.example"})",
      R"({"alg":"dir","enc":"A256GCM","kid":"k","jwk":{}})",
      R"({"alg":"dir","enc":"A256GCM","kid":"k","epk":{}})",
      R"({"alg":"dir","enc":"A256GCM","kid":"k","x5c":[]})",
      R"({"alg":"dir","enc":"A256GCM","kid":"k","apu":"AA"})",
      R"({"alg":"dir","enc":"A256GCM","kid":"k","b64":true})",
      R"({"alg":"dir","enc":"A256GCM","kid":"k","":""})",
      R"({"alg":"dir","enc":"A256GCM","kid":"k","ALG":"dir"})",
      R"({"alg":["dir"],"enc":"A256GCM","kid":"k"})",
      R"({"alg":"dir","enc":null,"kid":"k"})",
      R"({"alg":"dir","enc":"A256GCM","kid":1})",
      R"({"alg":"dir","enc":"A256GCM","kid":""})",
      R"({"alg":"dir","enc":"A256GCM","kid":"a/b"})",
      R"({"alg":"dir","enc":"A256GCM","kid":"k\u0000"})",
      R"({"alg":"dir","enc":"A256GCM","kid":"k","typ":1})",
      R"({"alg":"dir\u0000","enc":"A256GCM","kid":"k"})",
      R"(["dir","A256GCM","k"])",
      R"("dir")",
      R"(null)",
      R"({})",
      R"()",
      R"({"alg":"dir","enc":"A256GCM","kid":"k"}x)",
      R"({"alg":"dir","enc":"A256GCM","kid":"k")",
  };
  for (const std::string_view header : headers) {
    EXPECT_TRUE(RefusalOf(header).starts_with("INVALID_ARGUMENT: ")) << header;
  }
}

TEST(Jwe, RefusesADuplicateHeaderMember) {
  for (const std::string_view header :
       {R"({"alg":"dir","alg":"dir","enc":"A256GCM","kid":"k"})",
        R"({"alg":"dir","enc":"A256GCM","kid":"k","kid":"k"})",
        R"({"alg":"none","enc":"A256GCM","kid":"k","alg":"dir"})",
        R"({"alg":"dir","enc":"A256GCM","kid":"k","\u006bid":"k"})"}) {
    EXPECT_NE(RefusalOf(header).find("twice"), std::string::npos) << header;
  }
}

TEST(Jwe, BoundsHeaderTexts) {
  const auto with_kid = [](std::size_t size) {
    return R"({"alg":"dir","enc":"A256GCM","kid":")" + std::string(size, 'k') + "\"}";
  };
  const auto with_typ = [](std::size_t size) {
    return R"({"alg":"dir","enc":"A256GCM","kid":"k","typ":")" + std::string(size, 't') + "\"}";
  };
  EXPECT_EQ(RefusalOf(with_kid(kMaxKeyIdBytes)), "");
  EXPECT_NE(RefusalOf(with_kid(kMaxKeyIdBytes + 1)), "");
  EXPECT_EQ(RefusalOf(with_typ(128)), "");
  EXPECT_NE(RefusalOf(with_typ(129)), "");
}

TEST(Jwe, NeedsExactlyFiveParts) {
  const std::string good = WithHeader(kHeader);
  EXPECT_FALSE(ParseJwe("").ok());
  EXPECT_FALSE(ParseJwe("....").ok());
  EXPECT_FALSE(ParseJwe(good + ".").ok());
  EXPECT_FALSE(ParseJwe("." + good).ok());
  EXPECT_FALSE(ParseJwe(good + "." + good).ok());
  EXPECT_FALSE(ParseJwe(good.substr(0, good.rfind('.'))).ok());
  EXPECT_FALSE(ParseJwe(std::string(kMaxTokenBytes, '.')).ok());
}

TEST(Jwe, RefusesAnEncryptedKey) {
  SealedToken token = Seal(kHeader, "payload", kMaterial);
  token.encrypted_key = "AAAA";
  EXPECT_EQ(Open(token.Text()).status().ToString(),
            "INVALID_ARGUMENT: there is an encrypted key, which `dir` has not");
}

TEST(Jwe, RefusesAnIvOrATagOfAnotherSize) {
  for (const std::size_t size : {0U, 4U, 11U, 13U, 16U}) {
    SealedToken token = Seal(kHeader, "payload", kMaterial);
    token.iv = ToBase64Url(std::string(size, 'i'));
    EXPECT_EQ(Open(token.Text()).status().ToString(), "INVALID_ARGUMENT: the IV is not 96 bits");
  }
  for (const std::size_t size : {0U, 4U, 12U, 15U, 17U}) {
    SealedToken token = Seal(kHeader, "payload", kMaterial);
    token.tag = ToBase64Url(std::string(size, 't'));
    EXPECT_EQ(Open(token.Text()).status().ToString(), "INVALID_ARGUMENT: the tag is not 128 bits");
  }
}

// A tag cut to a prefix that is right must not open: GCM itself would take one.
TEST(Jwe, RefusesARightTagThatWasCut) {
  SealedToken token = Seal(kHeader, "payload", kMaterial);
  token.tag = token.tag.substr(0, 16);  // 12 of its 16 bytes, canonical
  EXPECT_FALSE(Open(token.Text()).ok());
}

TEST(Jwe, RefusesBase64UrlThatIsNotCanonicalInAnyPart) {
  const SealedToken good = Seal(kHeader, "payload!", kMaterial);
  for (std::string SealedToken::* const part :
       {&SealedToken::header, &SealedToken::iv, &SealedToken::ciphertext, &SealedToken::tag}) {
    for (const std::string_view junk : {"=", "==", "\n", " ", "+", "/", "*", "\xC3\xA9"}) {
      SealedToken token = good;
      token.*part += junk;
      EXPECT_FALSE(ParseJwe(token.Text()).ok()) << junk;
    }
  }
}

// The last character of a part whose length is not a multiple of four has unused bits; setting
// one spells the same bytes a second time.
TEST(Jwe, RefusesASecondSpellingOfTheSameToken) {
  for (std::string SealedToken::* const part : {&SealedToken::ciphertext, &SealedToken::tag}) {
    SealedToken token = Seal(kHeader, "payload!", kMaterial);
    ASSERT_NE((token.*part).size() % 4, 0U);
    char& last = (token.*part).back();
    last = static_cast<char>(last + 1);  // the next of the alphabet: it is even
    EXPECT_FALSE(ParseJwe(token.Text()).ok());
  }
}

TEST(Jwe, RefusesEveryFlippedBitOfEveryPart) {
  const std::string token = WithHeader(kHeader);
  int refused = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string flipped = token;
      flipped[i] = static_cast<char>(static_cast<unsigned char>(flipped[i]) ^ (1U << bit));
      refused += Open(flipped).ok() ? 0 : 1;
    }
  }
  EXPECT_EQ(refused, static_cast<int>(token.size() * 8));
}

TEST(Jwe, RefusesEveryTruncation) {
  const std::string token = WithHeader(kHeader);
  for (std::size_t size = 0; size < token.size(); ++size) {
    EXPECT_FALSE(Open(token.substr(0, size)).ok()) << size;
  }
}

TEST(Jwe, RefusesAnotherKey) {
  const absl::StatusOr<Secret> opened =
      Open(WithHeader(kHeader), MakeKey("key-1", std::string(32, 'x')));

  EXPECT_EQ(opened.status().ToString(), "UNAUTHENTICATED: it was not sealed with this key");
}

// The header is authenticated as it came: a different spelling of the same members is another one.
TEST(Jwe, RefusesAnotherTokensHeader) {
  SealedToken token = Seal(kHeader, "payload", kMaterial);
  token.header = ToBase64Url(R"({"kid":"key-1","alg":"dir","enc":"A256GCM"})");
  EXPECT_EQ(Open(token.Text()).status().code(), absl::StatusCode::kUnauthenticated);
}

TEST(Jwe, BoundsTokenAndPayload) {
  const std::string largest(kMaxPayloadBytes, 'p');
  EXPECT_EQ(Open(Seal(kHeader, largest, kMaterial).Text()).value().Reveal(), largest);
  EXPECT_EQ(Open(Seal(kHeader, largest + "p", kMaterial).Text()).status().ToString(),
            "INVALID_ARGUMENT: the payload is larger than 8 KiB");
  EXPECT_EQ(Open(Seal(kHeader, std::string(10'000, 'p'), kMaterial).Text()).status().ToString(),
            "INVALID_ARGUMENT: the token is longer than 12 KiB");
  EXPECT_EQ(ParseJwe(std::string(kMaxTokenBytes + 1, 'A')).status().ToString(),
            "INVALID_ARGUMENT: the token is longer than 12 KiB");
}

TEST(Jwe, OpensAnEmptyPayload) {
  EXPECT_EQ(Open(Seal(kHeader, "", kMaterial).Text()).value().Reveal(), "");
}

TEST(Jwe, SaysNothingOfTheTokenInItsErrors) {
  const std::string marked = R"({"alg":"dir","enc":"A256GCM","kid":"MARK/","MARK":"MARK"})";
  EXPECT_EQ(RefusalOf(marked).find("MARK"), std::string::npos);
}

}  // namespace
}  // namespace porthole::token

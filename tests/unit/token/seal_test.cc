#include "token/seal.h"

#include "token/jwe.h"

#include <gtest/gtest.h>

#include <string>

namespace porthole::token {
namespace {

TokenKey Key(char byte) {
  return {.id = "k-1",
          .profile = KeyProfile::kJwe,
          .material = Secret(std::string(kTokenKeyBytes, byte)),
          .created = {},
          .not_after = std::nullopt};
}

TEST(SealJwe, MakesWhatItsKeyAloneOpens) {
  const auto token = SealJwe(R"({"sub":"self-test"})", Key('a'));
  ASSERT_TRUE(token.ok());

  const auto jwe = ParseJwe(*token);

  ASSERT_TRUE(jwe.ok()) << jwe.status();
  EXPECT_EQ(jwe->key_id, "k-1");
  const auto opened = DecryptJwe(*jwe, Key('a'));
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->Reveal(), R"({"sub":"self-test"})");
  EXPECT_EQ(DecryptJwe(*jwe, Key('b')).status().code(), absl::StatusCode::kUnauthenticated);
}

TEST(SealJwe, NeverMakesTheSameTwice) {
  const TokenKey key = Key('a');

  EXPECT_NE(*SealJwe("payload", key), *SealJwe("payload", key));
}

TEST(SealJwe, RefusesAKeyOfAnotherLength) {
  TokenKey key = Key('a');
  key.material = Secret("short");

  const auto token = SealJwe("payload", key);

  EXPECT_EQ(token.status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(std::string(token.status().message()).find("short"), std::string::npos);
}

}  // namespace
}  // namespace porthole::token

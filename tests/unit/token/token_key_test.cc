#include "token/token_key.h"

#include "tests/unit/token/fixture.h"

#include <absl/status/status.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace porthole::token {
namespace {

TEST(TokenKey, HasAnIdOfASaneAlphabet) {
  for (const std::string_view id : {"k", "key-1", "2026.11_cloud-A", "-", "."}) {
    EXPECT_TRUE(IsKeyId(id)) << id;
  }
  EXPECT_TRUE(IsKeyId(std::string(kMaxKeyIdBytes, 'k')));
  for (const std::string_view id :
       {"", " ", "a b", "a/b", "a\n", "a\"", "\xC3\xA9", "a=b", "a:b"}) {
    EXPECT_FALSE(IsKeyId(id)) << id;
  }
  EXPECT_FALSE(IsKeyId(std::string(kMaxKeyIdBytes + 1, 'k')));
  EXPECT_FALSE(IsKeyId(std::string_view("a\0", 2)));
}

TEST(TokenKey, NeedsThirtyTwoBytes) {
  EXPECT_TRUE(CheckTokenKey(MakeKey("k")).ok());
  for (const std::size_t size : {0U, 16U, 31U, 33U, 64U}) {
    const absl::Status status = CheckTokenKey(MakeKey("k", std::string(size, 's')));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << size;
    EXPECT_EQ(status.ToString().find("ss"), std::string::npos);
  }
}

TEST(TokenKey, NeedsAnIdAndAnEndAfterItsBeginning) {
  EXPECT_EQ(CheckTokenKey(MakeKey("")).code(), absl::StatusCode::kInvalidArgument);
  TokenKey key = MakeKey("k");
  key.not_after = key.created;
  EXPECT_EQ(CheckTokenKey(key).code(), absl::StatusCode::kInvalidArgument);
  key.not_after = key.created + std::chrono::seconds(1);
  EXPECT_TRUE(CheckTokenKey(key).ok());
}

// `printf 0123456789abcdef0123456789ABCDEF | sha256sum`
TEST(TokenKey, HasTheFingerprintThatOthersCompute) {
  EXPECT_EQ(Fingerprint(MakeKey("k")), "f02ae380606c48d62288560c09fd0afa");
  EXPECT_EQ(Fingerprint(MakeKey("k")), Fingerprint(MakeKey("other id")));
  EXPECT_NE(Fingerprint(MakeKey("k")), Fingerprint(MakeKey("k", std::string(32, 'x'))));
}

TEST(TokenKey, ComparesMaterialToItsLastByte) {
  std::string other(kMaterial);
  other.back() = 'x';

  EXPECT_TRUE(SameMaterial(MakeKey("a"), MakeKey("b")));
  EXPECT_FALSE(SameMaterial(MakeKey("a"), MakeKey("a", other)));
  EXPECT_FALSE(SameMaterial(MakeKey("a"), MakeKey("a", std::string(kMaterial.substr(1)))));
}

TEST(TokenKey, NamesItsProfile) {
  EXPECT_EQ(Name(KeyProfile::kJwe), "jwe");
}

}  // namespace
}  // namespace porthole::token

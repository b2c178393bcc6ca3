#include "base/base64url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes BytesOf(std::string_view text) {
  return {text.begin(), text.end()};
}

TEST(Base64Url, AgreesWithTheVectorsOfRfc4648) {
  const std::vector<std::pair<std::string_view, std::string_view>> vectors = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(EncodeBase64Url(BytesOf(plain)), encoded);
    EXPECT_EQ(DecodeBase64Url(encoded), BytesOf(plain)) << encoded;
  }
}

TEST(Base64Url, UsesTheAlphabetForUrls) {
  EXPECT_EQ(EncodeBase64Url(Bytes{0xFB, 0xFF, 0xBF}), "-_-_");
  EXPECT_EQ(DecodeBase64Url("-_-_"), (Bytes{0xFB, 0xFF, 0xBF}));
}

TEST(Base64Url, GivesBackEveryByteAtEveryPlace) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (std::size_t size = 1; size <= 4; ++size) {
      Bytes bytes(size, 0xA5);
      bytes.back() = static_cast<std::uint8_t>(byte);
      EXPECT_EQ(DecodeBase64Url(EncodeBase64Url(bytes)), bytes);
    }
  }
}

TEST(Base64Url, RefusesPaddingSpaceAndOtherAlphabets) {
  for (const std::string_view text : {"Zg==", "Zm8=", "Zm9v=", " Zm9v", "Zm9v\n", "Zm 9v", "+_-_",
                                      "-/-_", "Zm9.", "Zm9v\xC3\xA9", "=", "==="}) {
    EXPECT_EQ(DecodeBase64Url(text), std::nullopt) << text;
  }
  EXPECT_EQ(DecodeBase64Url(std::string_view("Zm9\0", 4)), std::nullopt);
}

TEST(Base64Url, RefusesALengthThatNoBytesHave) {
  EXPECT_EQ(DecodeBase64Url("Z"), std::nullopt);
  EXPECT_EQ(DecodeBase64Url("Zm9vA"), std::nullopt);
}

// Of the 64 last characters only those with zero in the unused bits spell the bytes.
TEST(Base64Url, HasOneSpellingForEachByteString) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::set<Bytes> of_two;
  std::set<Bytes> of_three;
  std::size_t accepted_two = 0;
  std::size_t accepted_three = 0;
  for (const char last : kAlphabet) {
    if (const auto bytes = DecodeBase64Url(std::string("Z") + last)) {
      ++accepted_two;
      of_two.insert(*bytes);
    }
    if (const auto bytes = DecodeBase64Url(std::string("Zm") + last)) {
      ++accepted_three;
      of_three.insert(*bytes);
    }
  }
  EXPECT_EQ(accepted_two, 4U);
  EXPECT_EQ(of_two.size(), 4U);
  EXPECT_EQ(accepted_three, 16U);
  EXPECT_EQ(of_three.size(), 16U);
}

}  // namespace
}  // namespace porthole

#include "rfb/security/vnc_auth.h"

#include "tests/support/bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace porthole::rfb {
namespace {

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (; hex.size() >= 2; hex.remove_prefix(2)) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(0, 2)), nullptr, 16));
  }
  return bytes;
}

std::string Answer(std::string_view password, std::string_view challenge_hex) {
  VncChallenge challenge{};
  std::ranges::copy(testing::AsBytes(FromHex(challenge_hex)), challenge.begin());
  const auto answer = AnswerVncChallenge(challenge, Secret(std::string(password)));
  return answer.ok() ? testing::AsString(*answer) : answer.status().ToString();
}

struct Vector {
  std::string_view password;
  std::string_view challenge;
  std::string_view answer;
};

// Made with Python's `cryptography` (TripleDES, ECB), which shares no line with ours but OpenSSL;
// the first password also opens a real Xtigervnc in the integration tests.
constexpr std::array<Vector, 6> kVectors{{
    {"secret12", "000102030405060708090a0b0c0d0e0f", "adcd997f8e16fee575e973f93c2b62b4"},
    {"secret12", "f5a1c09e3377d2184b6c7e0055aa11ff", "1119db782fc9f2ab1e91d087314d26f3"},
    {"p", "f5a1c09e3377d2184b6c7e0055aa11ff", "f4d4b7c6313181c9a87996612be10e77"},
    {"longer t", "f5a1c09e3377d2184b6c7e0055aa11ff", "7d27c85505468cd69dd54b745b566995"},
    {"p\xC3\xA4"
     "55\xC3\x9F",
     "000102030405060708090a0b0c0d0e0f", "86d8684fcfcf34c9be03e8fa1e22b997"},
    {"12345678", "ffffffffffffffffffffffffffffffff", "cfde517752975f09cfde517752975f09"},
}};

TEST(VncAuth, AnswersKnownChallenges) {
  for (const Vector& vector : kVectors) {
    EXPECT_EQ(Answer(vector.password, vector.challenge), FromHex(vector.answer))
        << vector.password << " " << vector.challenge;
  }
}

TEST(VncAuth, UsesTheFirstEightBytesOfThePasswordOnly) {
  constexpr std::string_view kChallenge = "f5a1c09e3377d2184b6c7e0055aa11ff";

  EXPECT_EQ(Answer("longer than eight", kChallenge), Answer("longer t", kChallenge));
  EXPECT_NE(Answer("longer ", kChallenge), Answer("longer t", kChallenge));
}

}  // namespace
}  // namespace porthole::rfb

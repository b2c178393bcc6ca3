#include "rfb/security/ard.h"
#include "rfb/security/ms_logon.h"
#include "tests/support/bytes.h"
#include "tests/unit/rfb/diffie_hellman_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace porthole::rfb {
namespace {

using testing::AsBytes;
using testing::AsString;

SecretBytes Secretly(std::string_view text) {
  SecretBytes bytes(text.size());
  std::ranges::copy(AsBytes(text), bytes.Reveal().begin());
  return bytes;
}

HostCredentials Credentials(std::string username, std::string password) {
  return {.username = std::move(username), .password = Secret(std::move(password))};
}

const DhOffer kArdOffer{.generator = AsBytes(kArdGenerator),
                        .prime = AsBytes(kArdPrime),
                        .public_value = AsBytes(kArdPublic)};
const DhOffer kMsLogonOffer{.generator = AsBytes(kMsLogonGenerator),
                            .prime = AsBytes(kMsLogonPrime),
                            .public_value = AsBytes(kMsLogonPublic)};

absl::StatusOr<std::string> Ard(const DhOffer& offer, const HostCredentials& credentials) {
  const auto answer = AnswerArd(
      offer, credentials, {.exponent = Secretly(kArdExponent), .padding = Secretly(kArdPadding)});
  return answer.ok() ? absl::StatusOr<std::string>(AsString(*answer)) : answer.status();
}

absl::StatusOr<std::string> MsLogon(const DhOffer& offer, const HostCredentials& credentials) {
  const auto answer =
      AnswerMsLogon(offer, credentials,
                    {.exponent = Secretly(kMsLogonExponent), .padding = Secretly(kMsLogonPadding)});
  return answer.ok() ? absl::StatusOr<std::string>(AsString(*answer)) : answer.status();
}

TEST(Ard, AnswersAsPythonDoes) {
  EXPECT_EQ(*Ard(kArdOffer, Credentials("alice", "wonder")), kArdAnswer);
}

TEST(MsLogon, AnswersAsPythonDoes) {
  EXPECT_EQ(*MsLogon(kMsLogonOffer, Credentials("alice", "wonder")), kMsLogonAnswer);
}

TEST(Ard, HasRoomFor63BytesEach) {
  const std::string most(63, 'x');

  EXPECT_TRUE(Ard(kArdOffer, Credentials(most, most)).ok());
  EXPECT_TRUE(absl::IsUnauthenticated(Ard(kArdOffer, Credentials(most + "x", "")).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(Ard(kArdOffer, Credentials("", most + "x")).status()));
}

TEST(MsLogon, HasRoomFor255And63Bytes) {
  const std::string user(255, 'x');
  const std::string password(63, 'x');

  EXPECT_TRUE(MsLogon(kMsLogonOffer, Credentials(user, password)).ok());
  EXPECT_TRUE(
      absl::IsUnauthenticated(MsLogon(kMsLogonOffer, Credentials(user + "x", "")).status()));
  EXPECT_TRUE(
      absl::IsUnauthenticated(MsLogon(kMsLogonOffer, Credentials("", password + "x")).status()));
}

// The host would see another, shorter text.
TEST(Ard, RefusesATextWithANulInIt) {
  const std::string cut("ro\0ot", 5);

  EXPECT_TRUE(absl::IsUnauthenticated(Ard(kArdOffer, Credentials(cut, "wonder")).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(MsLogon(kMsLogonOffer, Credentials("a", cut)).status()));
}

struct BadOffer {
  std::string_view generator;
  std::string_view prime;
  std::string_view public_value;
};

// Every secret of these is known to whoever listens, or there is none.
TEST(DiffieHellman, RefusesNumbersThatKeepNoSecret) {
  using namespace std::string_view_literals;
  for (const BadOffer& bad : {
           BadOffer{"\x05"sv, "\x00"sv, "\x05"sv},
           BadOffer{"\x05"sv, "\x01"sv, "\x05"sv},
           BadOffer{"\x05"sv, "\x16"sv, "\x05"sv},  // even
           BadOffer{"\x00"sv, "\x17"sv, "\x05"sv},
           BadOffer{"\x01"sv, "\x17"sv, "\x05"sv},
           BadOffer{"\x16"sv, "\x17"sv, "\x05"sv},
           BadOffer{"\x17"sv, "\x17"sv, "\x05"sv},
           BadOffer{"\x05"sv, "\x17"sv, "\x00"sv},
           BadOffer{"\x05"sv, "\x17"sv, "\x01"sv},
           BadOffer{"\x05"sv, "\x17"sv, "\x16"sv},
           BadOffer{"\x05"sv, "\x17"sv, "\xFF"sv},
       }) {
    const auto agreed = AgreeOnSecret({.generator = AsBytes(bad.generator),
                                       .prime = AsBytes(bad.prime),
                                       .public_value = AsBytes(bad.public_value)},
                                      AsBytes("\x06"sv));

    EXPECT_TRUE(absl::IsInvalidArgument(agreed.status())) << AsBytes(bad.prime)[0];
  }
}

TEST(DiffieHellman, AgreesAsByHand) {
  using namespace std::string_view_literals;
  // RFC-free arithmetic: 5^6 mod 23 = 8, 19^6 mod 23 = 2.
  const auto agreed = AgreeOnSecret({.generator = AsBytes("\x00\x05"sv),
                                     .prime = AsBytes("\x00\x17"sv),
                                     .public_value = AsBytes("\x00\x13"sv)},
                                    AsBytes("\x06"sv));

  ASSERT_TRUE(agreed.ok());
  EXPECT_EQ(AsString(agreed->public_value), "\x00\x08"sv);
  EXPECT_EQ(AsString(agreed->shared.Reveal()), "\x00\x02"sv);
}

}  // namespace
}  // namespace porthole::rfb

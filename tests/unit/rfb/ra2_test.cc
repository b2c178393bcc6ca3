#include "rfb/security/ra2.h"

#include "rfb/security/eax_stream.h"
#include "rfb/wire.h"
#include "tests/unit/rfb/ra2_vectors.h"
#include "tests/unit/rfb/scripted_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace porthole::rfb {
namespace {

using absl::StatusCode;
using testing::AsBytes;
using testing::AsString;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::U16;
using testing::U32;

constexpr std::size_t kSealedRandomBytes = 2 + 256;

SecretBytes Secretly(std::string_view text) {
  SecretBytes bytes(text.size());
  std::ranges::copy(AsBytes(text), bytes.Reveal().begin());
  return bytes;
}

const RsaOwnKey& OwnKey() {
  static const absl::StatusOr<RsaOwnKey> kKey = RsaOwnKey::FromPem(kOwnKeyPem);
  return *kKey;
}

struct Ra2Run {
  absl::Status status = absl::UnknownError("the dialogue waits for more");
  std::string heard;
  std::string result;  // four bytes of what follows
};

struct Ra2Case {
  const Ra2Vector& vector;
  std::string says;
  std::string_view pin = kHostKeySha256;
  std::string username = "alice";
  std::size_t cut = SIZE_MAX;
};

Ra2Run Speak(const Ra2Case& with) {
  ScriptedHost host(with.says, with.cut);
  host.HangsUp();
  const HostCredentials credentials{.username = with.username,
                                    .password = Secret(std::string("wonder"))};
  const SecretBytes random = Secretly(with.vector.our_random);
  Ra2Run run;
  if (auto status = host.Run(SpeakRa2(
          {.host = host.stream,
           .credentials = credentials,
           .pin = with.pin,
           .own_key = OwnKey(),
           .random = random},
          {.key_bytes = with.vector.key_bytes, .whole_stream = with.vector.whole_stream}))) {
    run.status = *std::move(status);
  }
  run.heard = host.Heard();
  std::array<std::uint8_t, 4> result{};
  if (run.status.ok() && host.Run(ReadExact(*host.stream, result))->ok()) {
    run.result = AsString(result);
  }
  return run;
}

// To the end of the dialogue, which goes into `end`.
net::Awaitable<bool> SpeakUntil(ScriptedHost& host,
                                const Ra2Vector& vector,
                                std::optional<absl::Status>& end) {
  const HostCredentials credentials{.username = "alice", .password = Secret(std::string("wonder"))};
  const SecretBytes random = Secretly(vector.our_random);
  end = co_await SpeakRa2({.host = host.stream,
                           .credentials = credentials,
                           .pin = kHostKeySha256,
                           .own_key = OwnKey(),
                           .random = random},
                          {.key_bytes = vector.key_bytes, .whole_stream = vector.whole_stream});
  co_return true;
}

std::string HostSays(const Ra2Vector& vector) {
  return std::string(kHostKeyMessage) + std::string(vector.host_random) +
         std::string(vector.host_inside);
}

// What the host said up to the encryption, and then these texts, one message each.
std::string HostSaysInside(const Ra2Vector& vector, std::initializer_list<std::string> texts) {
  EaxMessages messages(AsBytes(vector.key_from_host));
  std::string says = std::string(kHostKeyMessage) + std::string(vector.host_random);
  for (const std::string& text : texts) {
    says += AsString(messages.Seal(AsBytes(text)));
  }
  return says;
}

// What the host shows to have seen, opened from the vector.
std::string HostHash(const Ra2Vector& vector) {
  const std::size_t size = vector.key_bytes == 32 ? 32 : 20;
  EaxMessages messages(AsBytes(vector.key_from_host));
  std::string rest(vector.host_inside.substr(2, size + EaxMessages::kTagBytes));
  const std::string head = U16(static_cast<unsigned>(size));
  std::array<std::uint8_t, 2> head_bytes{};
  std::ranges::copy(AsBytes(head), head_bytes.begin());
  messages.Open(head_bytes, {reinterpret_cast<std::uint8_t*>(rest.data()), rest.size()});
  return rest.substr(0, size);
}

class Ra2 : public ::testing::TestWithParam<Ra2Vector> {};

TEST_P(Ra2, SpeaksWithAHostThatSharesNoCodeWithIt) {
  for (const std::size_t cut : {std::size_t{1}, std::size_t{SIZE_MAX}}) {
    const Ra2Run run = Speak({.vector = GetParam(), .says = HostSays(GetParam()), .cut = cut});

    ASSERT_TRUE(run.status.ok()) << run.status;
    EXPECT_EQ(run.result, std::string(4, '\0'));
    EXPECT_EQ(run.heard.substr(0, kOwnKeyMessage.size()), kOwnKeyMessage);
    EXPECT_EQ(run.heard.substr(kOwnKeyMessage.size(), 2), U16(256));
    EXPECT_EQ(run.heard.substr(kOwnKeyMessage.size() + kSealedRandomBytes),
              GetParam().answer_inside);
  }
}

TEST_P(Ra2, IsAnErrorAtEveryTruncation) {
  const std::string says = HostSays(GetParam());
  // SecurityResult is not this dialogue's.
  const std::size_t own = says.size() - (GetParam().whole_stream ? 22 : 4);
  for (std::size_t size = 0; size < own; size += size < 515 ? 103 : 1) {
    const Ra2Run run = Speak({.vector = GetParam(), .says = says.substr(0, size)});

    EXPECT_FALSE(run.status.ok()) << size;
    EXPECT_THAT(run.status.ToString(), Not(HasSubstr("waits"))) << size;
  }
}

// A host that stalls: the session's deadline closes the stream, and the dialogue walks out,
// wherever it was.
TEST_P(Ra2, WaitsForAHostThatStallsUntilItsStreamIsClosed) {
  const std::string says = HostSays(GetParam());
  const std::size_t own = says.size() - (GetParam().whole_stream ? 22 : 4);
  for (std::size_t size = 0; size < own; size += size < 515 ? 103 : 1) {
    ScriptedHost host(says.substr(0, size));
    std::optional<absl::Status> end;

    ASSERT_FALSE(host.Run(SpeakUntil(host, GetParam(), end)).has_value()) << size;
    EXPECT_FALSE(end.has_value()) << size;
    host.stream->Close({});
    std::optional<absl::Status> other;
    EXPECT_TRUE(host.Run(SpeakUntil(host, GetParam(), other)).has_value()) << size;

    ASSERT_TRUE(end.has_value()) << size;
    EXPECT_EQ(end->code(), StatusCode::kCancelled) << size << " " << *end;
  }
}

TEST_P(Ra2, SaysNothingToAHostWithAnotherKeyThanThePinned) {
  const std::string other(64, '0');

  const Ra2Run run = Speak({.vector = GetParam(), .says = HostSays(GetParam()), .pin = other});

  EXPECT_EQ(run.status.code(), StatusCode::kAborted);
  EXPECT_THAT(run.status.ToString(), HasSubstr(std::string(kHostKeySha256)));
  EXPECT_EQ(run.heard, "");
}

TEST_P(Ra2, NeedsNoPinOfItsOwn) {
  EXPECT_TRUE(Speak({.vector = GetParam(), .says = HostSays(GetParam()), .pin = ""}).status.ok());
}

// Whoever sits in between and exchanges other keys with either side.
TEST_P(Ra2, GivesNoCredentialsToAHostThatSawOtherKeys) {
  std::string hash = HostHash(GetParam());
  hash[0] = static_cast<char>(hash[0] ^ 1);

  const Ra2Run run =
      Speak({.vector = GetParam(), .says = HostSaysInside(GetParam(), {hash, "\1"})});

  EXPECT_EQ(run.status.code(), StatusCode::kAborted);
  EXPECT_EQ(run.heard.size(), kOwnKeyMessage.size() + kSealedRandomBytes + hash.size() + 2 + 16);
}

TEST_P(Ra2, GivesNoCredentialsToAHostWithoutOurRandomNumber) {
  std::string random(GetParam().host_random);
  random.back() = static_cast<char>(random.back() ^ 1);
  const std::string says =
      std::string(kHostKeyMessage) + random + std::string(GetParam().host_inside);

  const Ra2Run run = Speak({.vector = GetParam(), .says = says});

  EXPECT_EQ(run.status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(run.status.ToString(), HasSubstr("not as the host sealed it"));
}

TEST_P(Ra2, RefusesARandomNumberOfAnotherLength) {
  const std::string says = std::string(kHostKeyMessage) + U16(255) + std::string(300, 'r');

  const Ra2Run run = Speak({.vector = GetParam(), .says = says});

  EXPECT_EQ(run.status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(run.status.ToString(), HasSubstr("255 bytes long"));
}

TEST_P(Ra2, RefusesToGiveWhatTheHostAsksForAndTheTokenHasNot) {
  const std::string hash = HostHash(GetParam());

  const Ra2Run unnamed = Speak(
      {.vector = GetParam(), .says = HostSaysInside(GetParam(), {hash, "\1"}), .username = ""});
  const Ra2Run long_name = Speak({.vector = GetParam(),
                                  .says = HostSaysInside(GetParam(), {hash, "\1"}),
                                  .username = std::string(256, 'u')});
  const Ra2Run unknown =
      Speak({.vector = GetParam(), .says = HostSaysInside(GetParam(), {hash, "\3"})});

  EXPECT_EQ(unnamed.status.code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(long_name.status.code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(unknown.status.code(), StatusCode::kInvalidArgument);
}

TEST_P(Ra2, TakesNothingAfterTheEncryptionThatWasInIt) {
  const std::string says = HostSaysInside(GetParam(), {HostHash(GetParam()), "\2more"});

  const Ra2Run run = Speak({.vector = GetParam(), .says = says});

  EXPECT_EQ(run.status.ok(), GetParam().whole_stream);
  EXPECT_EQ(run.result, GetParam().whole_stream ? "more" : "");
}

INSTANTIATE_TEST_SUITE_P(Kinds, Ra2, ::testing::ValuesIn(kRa2Vectors), [](const auto& kind) {
  std::string name(kind.param.name);
  std::erase(name, '_');
  return name;
});

TEST(Ra2HostKey, HasTheSizeThatItSays) {
  const std::string numbers = std::string(kHostKeyMessage.substr(4));
  std::string even = numbers;
  even[255] = static_cast<char>(even[255] & 0xFE);
  std::string shorter = numbers;
  shorter[0] = 0;
  std::string no_exponent = numbers;
  no_exponent.replace(256, 256, 256, '\0');
  for (const std::string& says :
       {U32(1023) + numbers, U32(8193) + numbers, U32(0) + numbers, U32(0xFFFFFFFF) + numbers,
        U32(2048) + even, U32(2048) + shorter, U32(2048) + no_exponent,
        U32(2048) + std::string(512, '\0'), U32(2048) + std::string(512, '\xFF')}) {
    const Ra2Run run = Speak({.vector = kRa2Vectors[0], .says = says, .pin = ""});

    EXPECT_EQ(run.status.code(), StatusCode::kInvalidArgument) << run.status;
    EXPECT_EQ(run.heard, "");
  }
}

TEST(Ra2OwnKey, IsMadeWithTheSizeThatItSays) {
  const absl::StatusOr<RsaOwnKey> key = RsaOwnKey::Make();
  ASSERT_TRUE(key.ok());

  const absl::StatusOr<RsaHostKey> seen = RsaHostKey::Parse(key->Message());
  ASSERT_TRUE(seen.ok());
  const auto sealed = seen->Encrypt(AsBytes("sixteen bytes of"));
  ASSERT_TRUE(sealed.ok());

  EXPECT_EQ(AsString(key->Message()).substr(0, 4), U32(2048));
  EXPECT_EQ(AsString(key->Decrypt(*sealed, 16).Reveal()), "sixteen bytes of");
  EXPECT_NE(AsString(key->Decrypt(*sealed, 15).Reveal()), "sixteen bytes o");
}

}  // namespace
}  // namespace porthole::rfb

#include "rfb/security/eax_stream.h"

#include "tests/unit/rfb/scripted_host.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole::rfb {
namespace {

using testing::AsBytes;
using testing::AsString;

constexpr std::string_view kToHost = "keys to the host";
constexpr std::string_view kFromHost = "keys of the host";

// What a host sends: one message a text.
std::string Sealed(const std::vector<std::string>& texts) {
  EaxMessages messages(AsBytes(kFromHost));
  std::string all;
  for (const std::string& text : texts) {
    all += AsString(messages.Seal(AsBytes(text)));
  }
  return all;
}

struct EncryptedHost : ScriptedHost {
  explicit EncryptedHost(std::string_view script, std::size_t cut = SIZE_MAX)
      : ScriptedHost(script, cut),
        encrypted(std::move(stream), AsBytes(kToHost), AsBytes(kFromHost)) {}

  absl::StatusOr<std::string> Read(std::size_t most) {
    std::vector<std::uint8_t> target(most);
    const auto count = Run(encrypted.ReadSome(target));
    if (!count) {
      return absl::UnknownError("it waits");
    }
    if (!count->ok()) {
      return count->status();
    }
    return AsString(std::span(target).first(**count));
  }

  EaxStream encrypted;
};

TEST(EaxStream, ReadsMessagesHoweverTheyAreCut) {
  for (const std::size_t cut : {std::size_t{1}, std::size_t{3}, std::size_t{SIZE_MAX}}) {
    EncryptedHost host(Sealed({"first", "", "second"}), cut);

    EXPECT_EQ(*host.Read(3), "fir");
    EXPECT_TRUE(host.encrypted.HasUnread());
    EXPECT_EQ(*host.Read(100), "st");
    EXPECT_FALSE(host.encrypted.HasUnread());
    EXPECT_EQ(*host.Read(100), "second");
  }
}

TEST(EaxStream, IsReadableWhileTextIsLeft) {
  EncryptedHost host(Sealed({"text"}));
  EXPECT_EQ(*host.Read(1), "t");

  const auto readable = host.Run(host.encrypted.WaitReadable());

  EXPECT_TRUE(readable && readable->ok());
  EXPECT_EQ(*host.Read(9), "ext");
}

TEST(EaxStream, WaitsForTheHostWhenNothingIsLeft) {
  EncryptedHost host("");

  EXPECT_FALSE(host.Run(host.encrypted.WaitReadable()));
  host.encrypted.Close({});
}

TEST(EaxStream, ReadsTheLongestMessage) {
  const std::string longest(65535, 'm');
  EncryptedHost host(Sealed({longest}));

  EXPECT_EQ(*host.Read(70000), longest);
}

TEST(EaxStream, CutsWhatItWritesIntoMessagesThatEveryHostTakes) {
  EncryptedHost host("");
  const std::string text(20000, 'w');
  ASSERT_TRUE(host.Run(host.encrypted.Write(AsBytes(text)))->ok());
  const std::string heard = host.Heard();

  EaxMessages messages(AsBytes(kToHost));
  std::string expected;
  for (const std::size_t size : {8192U, 8192U, 3616U}) {
    expected += AsString(messages.Seal(AsBytes(std::string(size, 'w'))));
  }
  EXPECT_EQ(heard, expected);
}

TEST(EaxStream, RefusesAChangedMessage) {
  std::string message = Sealed({"text"});
  message[3] = static_cast<char>(message[3] ^ 1);
  EncryptedHost host(message);

  EXPECT_EQ(host.Read(9).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(EaxStream, TellsTheEndOfTheStreamFromOneWithinAMessage) {
  const std::string message = Sealed({"text"});
  for (std::size_t size = 0; size < message.size(); ++size) {
    EncryptedHost host(message.substr(0, size));
    host.HangsUp();

    const absl::Status ended = host.Read(9).status();

    EXPECT_EQ(ended.code(),
              size == 0 ? absl::StatusCode::kOutOfRange : absl::StatusCode::kUnavailable)
        << size;
  }
}

TEST(EaxStream, GivesBackTheStreamInside) {
  EncryptedHost host(Sealed({"secret"}) + "plain");
  EXPECT_EQ(*host.Read(9), "secret");

  const std::unique_ptr<net::ByteStream> inside = host.encrypted.Release();

  std::array<std::uint8_t, 9> target{};
  const auto count = host.Run(inside->ReadSome(target));
  ASSERT_TRUE(count && count->ok());
  EXPECT_EQ(AsString(std::span(target).first(**count)), "plain");
}

}  // namespace
}  // namespace porthole::rfb

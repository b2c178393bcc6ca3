#include "rfb/security/eax.h"

#include "tests/support/bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace porthole::rfb {
namespace {

using testing::AsBytes;
using testing::AsString;

constexpr std::string_view kKeyOf128 = "0123456789abcdef";
constexpr std::string_view kKeyOf256 = "0123456789abcdef0123456789ABCDEF";

std::optional<std::string> Open(EaxMessages& messages, std::string message) {
  std::array<std::uint8_t, EaxMessages::kHeadBytes> head{};
  std::copy_n(message.begin(), head.size(), head.begin());
  std::string rest = message.substr(head.size());
  const std::span bytes(reinterpret_cast<std::uint8_t*>(rest.data()), rest.size());
  if (!messages.Open(head, bytes)) {
    return std::nullopt;
  }
  return rest.substr(0, rest.size() - EaxMessages::kTagBytes);
}

class Eax : public ::testing::TestWithParam<std::string_view> {};

TEST_P(Eax, OpensWhatItSealedInItsOrder) {
  EaxMessages out(AsBytes(GetParam()));
  EaxMessages in(AsBytes(GetParam()));

  for (int i = 0; i < 300; ++i) {  // past the counter's first byte
    const std::string text(static_cast<std::size_t>(i), 'x');
    const std::string message = AsString(out.Seal(AsBytes(text)));
    EXPECT_EQ(message.size(), text.size() + 18);
    EXPECT_EQ(Open(in, message), text);
  }
}

TEST_P(Eax, SealsTheSameTextOtherwiseEachTime) {
  EaxMessages out(AsBytes(GetParam()));

  EXPECT_NE(out.Seal(AsBytes("the same")), out.Seal(AsBytes("the same")));
}

TEST_P(Eax, RefusesAMessageChangedInAnyByte) {
  const std::string message = AsString(EaxMessages(AsBytes(GetParam())).Seal(AsBytes("secret")));

  for (std::size_t i = 0; i < message.size(); ++i) {
    std::string changed = message;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EaxMessages in(AsBytes(GetParam()));
    EXPECT_EQ(Open(in, changed), std::nullopt) << i;
  }
}

TEST_P(Eax, RefusesAMessageThatCameBefore) {
  EaxMessages in(AsBytes(GetParam()));
  const std::string message = AsString(EaxMessages(AsBytes(GetParam())).Seal(AsBytes("once")));

  EXPECT_EQ(Open(in, message), "once");
  EXPECT_EQ(Open(in, message), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(KeySizes, Eax, ::testing::Values(kKeyOf128, kKeyOf256));

}  // namespace
}  // namespace porthole::rfb

#include "rfb/clipboard.h"
#include "tests/unit/rfb/client_messages_run.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace porthole::rfb {
namespace {

using testing::U32;

constexpr Restrictions kFromConsole{.clipboard_to_console = false};
constexpr Restrictions kToConsole{.clipboard_from_console = false};
constexpr Restrictions kOff{.clipboard_to_console = false, .clipboard_from_console = false};

std::string Extended(std::uint32_t flags, std::string_view more = "") {
  return ExtendedCutText(U32(flags) + std::string(more));
}

const std::string kCaps = Extended(0x01000001, "\1\2\3\4");
const std::string kRequest = Extended(0x02000001);
const std::string kPeek = Extended(0x04000000);
const std::string kNotify = Extended(0x08000001);
const std::string kProvide = Extended(0x10000001, "zipped text");
const std::string kAll = kCaps + kRequest + CutText("plain") + kPeek + kNotify + kProvide;

void ExpectPasses(Restrictions restrictions, const std::string& stream, const std::string& passes) {
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    const Parsed parsed = ParseInPieces(restrictions, stream, piece);
    ASSERT_TRUE(parsed.status.ok()) << parsed.status;
    ASSERT_EQ(parsed.passed, passes) << piece;
    ASSERT_TRUE(parsed.input);
  }
}

TEST(ClientClipboard, EachPolicyPassesWhatServesItsDirectionAtEveryCut) {
  ExpectPasses({}, kAll, kAll);
  ExpectPasses(kFromConsole, kAll, kCaps + kRequest + kPeek);
  ExpectPasses(kToConsole, kAll, kCaps + CutText("plain") + kNotify + kProvide);
  ExpectPasses(kOff, kAll, "");
  ExpectPasses({.view_only = true}, kAll, "");
}

TEST(ClientClipboard, SeveralActionsPassOnlyWhereEachDoes) {
  const std::string both = Extended(0x10000001 | 0x02000000, "x");
  ExpectPasses(kToConsole, both + kNotify, kNotify);
  ExpectPasses(kFromConsole, both + kPeek, kPeek);
}

TEST(ClientClipboard, MalformedExtendedMessagesAreDropped) {
  const std::string none = Extended(0x00000001);
  const std::string unknown = Extended(0x80000001);
  const std::string stump = ExtendedCutText("abc");
  const std::string long_caps = Extended(0x01000001, std::string(65, 'x'));
  ExpectPasses(kToConsole, none + unknown + stump + long_caps + kNotify, kNotify);
}

TEST(ClientClipboard, TheExtensionIsNotOfferedWhereBothWaysAreClosed) {
  const std::int32_t extension = -1063131698;
  EXPECT_EQ(Parse(kOff, SetEncodings({7, extension})).passed, SetEncodings({7}));
  EXPECT_EQ(Parse(kToConsole, SetEncodings({7, extension})).passed, SetEncodings({7, extension}));
  EXPECT_EQ(Parse(kFromConsole, SetEncodings({7, extension})).passed, SetEncodings({7, extension}));
}

}  // namespace
}  // namespace porthole::rfb

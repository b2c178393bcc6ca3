#include "rfb/message_length.h"

#include "tests/support/bytes.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace porthole::rfb {
namespace {

using Kind = MessageLength::Kind;
using testing::U16;
using testing::U32;
using testing::U8;

MessageLength Measure(std::string_view start, bool extended_mouse = false) {
  return MeasureMessage(testing::AsBytes(start), extended_mouse);
}

struct Case {
  std::string head;  // as long as it must be to tell
  std::uint32_t bytes;
};

const std::vector<Case>& Cases() {
  static const std::vector<Case> kCases = {
      {U8(0), 20},
      {U8(2) + U8(0) + U16(3), 16},
      {U8(2) + U8(0) + U16(65535), 4 + (4 * 65535)},
      {U8(3), 10},
      {U8(4), 8},
      {U8(5) + U8(0x7F), 6},
      {U8(5) + U8(0xFF), 6},
      {U8(6) + U8(0) + U16(0) + U32(0), 8},
      {U8(6) + U8(0) + U16(0) + U32(kMaxCutText), 8 + kMaxCutText},
      {U8(6) + U8(0) + U16(0) + U32(0xFFFFFFFC), 12},
      {U8(6) + U8(0) + U16(0) + U32(0U - kMaxCutText), 8 + kMaxCutText},
      {U8(150), 10},
      {U8(248) + U8(0) + U16(0) + U32(0) + U8(64), 73},
      {U8(250), 4},
      {U8(251) + U8(0) + U32(0) + U8(2), 40},
      {U8(255) + U8(0), 12},
  };
  return kCases;
}

TEST(MessageLength, KnowsEveryMessageThatNoVncSends) {
  for (const Case& one : Cases()) {
    const MessageLength length = Measure(one.head);
    EXPECT_EQ(length.kind, Kind::kKnown) << int{one.head[0]};
    EXPECT_EQ(length.bytes, one.bytes) << int{one.head[0]};
  }
}

TEST(MessageLength, NeedsTheWholeHeadAndNoMore) {
  for (const Case& one : Cases()) {
    ASSERT_LE(one.head.size(), kLongestHead);
    for (std::size_t size = 0; size < one.head.size(); ++size) {
      EXPECT_EQ(Measure(one.head.substr(0, size)).kind, Kind::kNeedsMore)
          << int{one.head[0]} << " " << size;
    }
  }
}

TEST(MessageLength, AddsAByteToAPointerEventOnlyForExtendedMouseButtons) {
  EXPECT_EQ(Measure("\x05\x80", true).bytes, 7U);
  EXPECT_EQ(Measure("\x05\x7F", true).bytes, 6U);
  EXPECT_EQ(Measure("\x05\x80", false).bytes, 6U);
}

TEST(MessageLength, BoundsTextsAndFences) {
  for (const std::uint32_t length :
       {kMaxCutText + 1, 0x7FFFFFFFU, 0x80000000U, 0x80000001U, 0U - kMaxCutText - 1}) {
    EXPECT_EQ(Measure(U8(6) + U8(0) + U16(0) + U32(length)).kind, Kind::kCutTextTooLong) << length;
  }
  EXPECT_EQ(Measure(U8(248) + U8(0) + U16(0) + U32(0) + U8(65)).kind, Kind::kFenceTooLong);
}

TEST(MessageLength, KnowsNoOtherType) {
  for (unsigned type = 0; type < 256; ++type) {
    bool known = false;
    for (const Case& one : Cases()) {
      known = known || static_cast<std::uint8_t>(one.head[0]) == type;
    }
    if (!known) {
      EXPECT_EQ(Measure(U8(type)).kind, Kind::kUnknownType) << type;
    }
  }
  EXPECT_EQ(Measure("\xFF\x01").kind, Kind::kUnknownType);
}

}  // namespace
}  // namespace porthole::rfb

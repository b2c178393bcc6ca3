#include "rfb/rectangle_body.h"

#include "tests/unit/rfb/host_messages_run.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace porthole::rfb {
namespace {

using testing::U16;
using testing::U32;
using testing::U8;

constexpr Restrictions kToConsole{.clipboard_from_console = false};
constexpr PixelSizes kTrueColour{.pixel = 4, .tight = 3};
constexpr PixelSizes kHighColour{.pixel = 2, .tight = 2};

// A rectangle whose body ends exactly where `body` does: what follows is understood, and dropped
// where it must be. Held against every cut.
void ExpectEnds(std::int32_t encoding,
                unsigned width,
                unsigned height,
                const std::string& body,
                PixelSizes sizes = kTrueColour) {
  const std::string update =
      Update({Rect(encoding, width, height, body), Rect(kCopyRect, 1, 1, "abcd")});
  const std::string stream = update + ServerCutText("text") + Bell();
  for (const std::size_t piece : {1UL, 2UL, 3UL, 5UL, 7UL, 11UL, 64UL, stream.size()}) {
    const Followed followed = Follow(kToConsole, stream, piece, sizes);
    ASSERT_TRUE(followed.status.ok()) << followed.status << " encoding " << encoding;
    ASSERT_EQ(followed.passed, update + Bell()) << "encoding " << encoding << " piece " << piece;
  }
}

std::string Bytes(std::size_t count) {
  return std::string(count, '\x03');  // looks like the beginning of a ServerCutText
}

TEST(RectangleBody, FixedLengths) {
  ExpectEnds(kRaw, 5, 3, Bytes(60));
  ExpectEnds(kRaw, 5, 3, Bytes(30), kHighColour);
  ExpectEnds(kRaw, 0, 3, "");
  ExpectEnds(kCopyRect, 5, 3, Bytes(4));
  ExpectEnds(kCursor, 9, 3, Bytes((9 * 3 * 4) + (2 * 3)));
  ExpectEnds(kCursor, 0, 0, "");
  ExpectEnds(kXCursor, 9, 3, Bytes(6 + (2 * 2 * 3)));
  ExpectEnds(kXCursor, 0, 0, "");
  ExpectEnds(kQemuLedState, 1, 1, Bytes(1));
  for (const std::int32_t empty :
       {kDesktopSize, kPointerPosition, kQemuPointerMotion, kQemuExtendedKey}) {
    ExpectEnds(empty, 800, 600, "");
  }
}

TEST(RectangleBody, LengthsInAField) {
  ExpectEnds(kRre, 5, 3, U32(2) + Bytes(4) + Bytes(2 * 12));
  ExpectEnds(kRre, 5, 3, U32(0) + Bytes(2), kHighColour);
  ExpectEnds(kZlib, 5, 3, U32(7) + Bytes(7));
  ExpectEnds(kZrle, 5, 3, U32(0));
  ExpectEnds(kZrle, 5, 3, U32(300) + Bytes(300));
  ExpectEnds(kDesktopName, 0, 0, U32(3) + Bytes(3));
  ExpectEnds(kOpenH264, 5, 3, U32(9) + U32(1) + Bytes(9));
  ExpectEnds(kExtendedDesktopSize, 1, 0, U8(2) + Bytes(3) + Bytes(32));
  ExpectEnds(kExtendedDesktopSize, 1, 0, U8(0) + Bytes(3));
}

TEST(RectangleBody, Hextile) {
  // 17 by 18: four tiles, 16x16, 1x16, 16x2, 1x2.
  const std::string raw_tile = U8(1) + Bytes(std::size_t{16} * 16 * 4);
  const std::string background = U8(2) + Bytes(4);
  const std::string subrectangles = U8(2 + 4 + 8) + Bytes(8) + U8(3) + Bytes(6);
  const std::string coloured = U8(8 + 16) + U8(2) + Bytes(12);
  ExpectEnds(kHextile, 17, 18, raw_tile + background + subrectangles + coloured);
  ExpectEnds(kHextile, 17, 18, U8(0) + (U8(1) + Bytes(64)) + U8(0) + (U8(1) + Bytes(8)));
  ExpectEnds(kHextile, 16, 16, U8(8) + U8(0));
  ExpectEnds(kHextile, 3, 1, U8(8 + 16) + U8(1) + Bytes(4), kHighColour);
  ExpectEnds(kHextile, 0, 5, "");
  ExpectEnds(kHextile, 5, 0, "");
}

TEST(RectangleBody, HextileOfTheLargestWidthEnds) {
  const std::string tiles(4096, '\0');
  ExpectEnds(kHextile, 65535, 16, tiles);
  ExpectEnds(kHextile, 16, 65535, tiles);
}

TEST(RectangleBody, Tight) {
  ExpectEnds(kTight, 9, 9, U8(0x80) + Bytes(3));
  ExpectEnds(kTight, 9, 9, U8(0x8F) + Bytes(2), kHighColour);
  ExpectEnds(kTight, 9, 9, U8(0x90) + U8(5) + Bytes(5));
  ExpectEnds(kTight, 9, 9, U8(0x90) + U8(0x80) + U8(1) + Bytes(128));
  ExpectEnds(kTight, 9, 9, U8(0x90) + U8(0x81) + U8(0x80) + U8(1) + Bytes(16385));
  // Copy, without a filter byte and with one.
  ExpectEnds(kTight, 9, 9, U8(0x00) + U8(20) + Bytes(20));
  ExpectEnds(kTight, 9, 9, U8(0x40) + U8(0) + U8(20) + Bytes(20));
  ExpectEnds(kTight, 3, 1, U8(0x00) + Bytes(9));
  ExpectEnds(kTight, 4, 1, U8(0x00) + U8(1) + Bytes(1));
  // A gradient.
  ExpectEnds(kTight, 9, 9, U8(0x70) + U8(2) + U8(3) + Bytes(3));
  // Palettes: of two colours a bit a pixel, of more a byte.
  ExpectEnds(kTight, 9, 5, U8(0x40) + U8(1) + U8(1) + Bytes(6) + Bytes(10));
  ExpectEnds(kTight, 9, 6, U8(0x40) + U8(1) + U8(1) + Bytes(6) + U8(2) + Bytes(2));
  ExpectEnds(kTight, 9, 1, U8(0x40) + U8(1) + U8(2) + Bytes(9) + Bytes(9));
  ExpectEnds(kTight, 9, 2, U8(0x40) + U8(1) + U8(255) + Bytes(768) + U8(4) + Bytes(4));
}

TEST(RectangleBody, TightPng) {
  ExpectEnds(kTightPng, 9, 9, U8(0x80) + Bytes(3));
  ExpectEnds(kTightPng, 9, 9, U8(0x90) + U8(5) + Bytes(5));
  ExpectEnds(kTightPng, 9, 9, U8(0xA0) + U8(5) + Bytes(5));
}

TEST(RectangleBody, TightWithPixelsThatNobodyAgreesUponIsBroken) {
  const std::string fill = Update({Rect(kTight, 9, 9, U8(0x80) + Bytes(3))});
  EXPECT_FALSE(Follow(kToConsole, fill, 64, {.pixel = 4, .tight = 0}).status.ok());
  const std::string jpeg = Update({Rect(kTight, 9, 9, U8(0x90) + U8(1) + Bytes(1))});
  EXPECT_TRUE(Follow(kToConsole, jpeg, 64, {.pixel = 4, .tight = 0}).status.ok());
}

TEST(RectangleBody, LastRectEndsAnUpdateOfUnknownCount) {
  const std::string update =
      U16(0) + U16(0xFFFF) + Rect(kCopyRect, 1, 1, "abcd") + Rect(kLastRect, 0, 0, "");
  EXPECT_EQ(Follow(kToConsole, update + ServerCutText("x") + Bell(), 3).passed, update + Bell());
}

TEST(RectangleBody, HugeLengthsAreOnlySkipped) {
  const std::string update = Update({Rect(kRaw, 65535, 65535, "")});
  const Followed followed = Follow(kToConsole, update + std::string(1000, '\x03'));
  EXPECT_TRUE(followed.status.ok());
  EXPECT_EQ(followed.passed.size(), update.size() + 1000);
}

TEST(PixelSizes, AreReadFromPixelFormats) {
  const auto sizes = [](unsigned bits, unsigned depth, unsigned true_colour, unsigned max) {
    const std::string format = U8(bits) + U8(depth) + U8(0) + U8(true_colour) + U16(max) +
                               U16(max) + U16(max) + std::string(6, '\0');
    return SizesOf(testing::AsBytes(format));
  };
  EXPECT_EQ(sizes(32, 24, 1, 255), (PixelSizes{.pixel = 4, .tight = 3}));
  EXPECT_EQ(sizes(32, 32, 1, 255), (PixelSizes{.pixel = 4, .tight = 0}));
  EXPECT_EQ(sizes(32, 24, 0, 255), (PixelSizes{.pixel = 4, .tight = 0}));
  EXPECT_EQ(sizes(32, 30, 1, 1023), (PixelSizes{.pixel = 4, .tight = 4}));
  EXPECT_EQ(sizes(16, 16, 1, 31), (PixelSizes{.pixel = 2, .tight = 2}));
  EXPECT_EQ(sizes(8, 8, 0, 0), (PixelSizes{.pixel = 1, .tight = 1}));
  EXPECT_EQ(sizes(24, 24, 1, 255), std::nullopt);
  EXPECT_EQ(sizes(0, 0, 0, 0), std::nullopt);
}

}  // namespace
}  // namespace porthole::rfb

#pragma once

#include "rfb/pixel_sizes.h"

#include <cstdint>
#include <span>

namespace porthole::rfb {

// The head of a FramebufferUpdate's rectangle (RFC 6143, section 7.6.1).
struct Rectangle {
  std::uint16_t width = 0;
  std::uint16_t height = 0;
  std::int32_t encoding = 0;
};

// Finds the end of a rectangle's body without holding it: says how many bytes to skip and how many
// to hand in. No I/O; knows lengths, not pictures.
class RectangleBody {
 public:
  // The most bytes that it wants at once.
  static constexpr std::size_t kMostCollected = 8;

  // What to do: first skip, then collect and call Next(). Nothing collected: the body ends there.
  struct Step {
    std::uint64_t skip = 0;
    std::uint8_t collect = 0;
    bool broken = false;  // an encoding or a value that is not known: the end cannot be found
  };

  Step Begin(const Rectangle& rectangle, PixelSizes sizes);
  // `field`: the bytes that the step before asked for.
  Step Next(std::span<const std::uint8_t> field);

 private:
  enum class Wants : std::uint8_t {
    kNothing,
    kRreCount,
    kLength,  // U32, and as many bytes
    kH264Head,
    kScreens,
    kTile,  // Hextile
    kSubrectangles,
    kTightControl,
    kTightFilter,
    kTightColours,
    kTightLength,
  };

  Step Ask(Wants wants, std::uint8_t collect, std::uint64_t skip = 0);
  static Step Ends(std::uint64_t skip = 0) { return {.skip = skip}; }
  static Step Broken() { return {.broken = true}; }
  std::uint64_t Pixels(std::uint64_t each) const;
  std::uint64_t MaskBytes() const;

  Step BeginPseudo() const;
  Step BeginTile(std::uint64_t skip);
  Step NextTile(std::uint8_t encoding);
  Step NextTightControl(std::uint8_t control);
  Step NextTightBasic(std::uint8_t filter);
  Step TightPixels(std::uint64_t skip, std::uint64_t size);
  Step NextTightLength(std::uint8_t byte);

  Rectangle rectangle_;
  PixelSizes sizes_;
  Wants wants_ = Wants::kNothing;
  std::uint16_t tile_x_ = 0;  // of the tile that is read
  std::uint16_t tile_y_ = 0;
  std::uint8_t subrectangle_bytes_ = 0;
  std::uint8_t length_bytes_ = 0;  // of Tight's compact length, read so far
  std::uint32_t length_ = 0;
};

}  // namespace porthole::rfb

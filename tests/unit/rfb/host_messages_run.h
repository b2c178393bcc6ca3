#pragma once

#include "rfb/encodings.h"
#include "rfb/host_messages.h"
#include "tests/support/bytes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::rfb {

// Host messages as bytes.
inline std::string Update(std::initializer_list<std::string> rectangles) {
  std::string message = testing::U16(0) + testing::U16(static_cast<unsigned>(rectangles.size()));
  for (const std::string& rectangle : rectangles) {
    message += rectangle;
  }
  return message;
}
inline std::string Rect(std::int32_t encoding,
                        unsigned width,
                        unsigned height,
                        std::string_view body) {
  return testing::U32(0x00010002) + testing::U16(width) + testing::U16(height) +
         testing::U32(static_cast<std::uint32_t>(encoding)) + std::string(body);
}
inline std::string ColourMap(unsigned colours) {
  return testing::U16(0x0100) + testing::U16(3) + testing::U16(colours) +
         std::string(std::size_t{6} * colours, '\x03');
}
inline std::string Bell() {
  return testing::U8(2);
}
inline std::string ServerCutText(std::string_view text) {
  return testing::U32(0x03000000) + testing::Text(text);
}
// An extended one: actions in the upper byte of `flags`.
inline std::string ServerExtendedCutText(std::uint32_t flags, std::string_view more = "") {
  return testing::U32(0x03000000) + testing::U32(0U - static_cast<std::uint32_t>(4 + more.size())) +
         testing::U32(flags) + std::string(more);
}
inline std::string EndOfContinuousUpdates() {
  return testing::U8(150);
}
inline std::string ServerFence(std::string_view payload) {
  return testing::U8(248) + std::string(7, '\x03') +
         testing::U8(static_cast<unsigned>(payload.size())) + std::string(payload);
}
inline std::string ServerXvp() {
  return testing::U32(0xFA000103);
}

// What a follower made of a stream.
struct Followed {
  absl::Status status;
  std::string passed;

  friend bool operator==(const Followed&, const Followed&) = default;
};

inline void FeedPiece(HostMessages& messages, std::string_view piece, Followed& followed) {
  std::vector<std::uint8_t> room(HostMessages::kHeadroom, 0xEE);
  const auto bytes = testing::AsBytes(piece);
  room.insert(room.end(), bytes.begin(), bytes.end());
  const auto passed = messages.Feed(room);
  followed.status = passed.status();
  followed.passed += passed.ok() ? testing::AsString(*passed) : "";
}

inline Followed Follow(Restrictions restrictions,
                       std::string_view stream,
                       std::size_t piece = SIZE_MAX,
                       PixelSizes sizes = {}) {
  HostMessages messages(restrictions, sizes);
  Followed followed;
  while (!stream.empty() && followed.status.ok()) {
    FeedPiece(messages, stream.substr(0, piece), followed);
    stream.remove_prefix(std::min(piece, stream.size()));
  }
  return followed;
}

}  // namespace porthole::rfb

#pragma once

#include "rfb/client_messages.h"
#include "tests/support/bytes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace porthole::rfb {

// Client messages as bytes.
inline std::string SetPixelFormat() {
  return std::string(4, '\0') + std::string(16, '\x05');
}
inline std::string SetEncodings(std::initializer_list<std::int32_t> encodings) {
  std::string message =
      testing::U16(0x0200) + testing::U16(static_cast<unsigned>(encodings.size()));
  for (const std::int32_t encoding : encodings) {
    message += testing::U32(static_cast<std::uint32_t>(encoding));
  }
  return message;
}
inline std::string UpdateRequest() {
  return testing::U8(3) + std::string(9, '\x06');
}
inline std::string KeyEvent() {
  return testing::U8(4) + testing::U8(1) + testing::U16(0) + testing::U32(0xFF0D);
}
inline std::string PointerEvent(unsigned mask) {
  return testing::U8(5) + testing::U8(mask) + testing::U32(0x00030004);
}
inline std::string ExtendedPointerEvent() {
  return PointerEvent(0x81) + testing::U8(3);
}
inline std::string CutText(std::string_view text) {
  return testing::U8(6) + testing::U8(0) + testing::U16(0) + testing::Text(text);
}
inline std::string ExtendedCutText(std::string_view text) {
  return testing::U8(6) + testing::U8(0) + testing::U16(0) +
         testing::U32(0U - static_cast<std::uint32_t>(text.size())) + std::string(text);
}
inline std::string ContinuousUpdates() {
  return testing::U8(150) + std::string(9, '\x07');
}
inline std::string Fence(std::string_view payload) {
  return testing::U8(248) + std::string(7, '\x04') +
         testing::U8(static_cast<unsigned>(payload.size())) + std::string(payload);
}
inline std::string Xvp() {
  return testing::U32(0xFA000102);
}
inline std::string SetDesktopSize(unsigned screens) {
  return testing::U8(251) + std::string(5, '\x05') + testing::U8(screens) + testing::U8(0) +
         std::string(std::size_t{16} * screens, '\x06');
}
inline std::string QemuKey() {
  return testing::U8(255) + testing::U8(0) + std::string(10, '\x04');
}

// What one parser made of a stream that came in pieces.
struct Parsed {
  absl::Status status;
  std::string passed;
  std::uint64_t messages = 0;
  bool input = false;
  bool raw = false;

  friend bool operator==(const Parsed&, const Parsed&) = default;
};

// Feeds `stream` cut at `first` and at `second`.
inline Parsed ParseCut(Restrictions restrictions,
                       std::string_view stream,
                       std::size_t first,
                       std::size_t second) {
  ClientMessages messages(restrictions);
  Parsed parsed;
  for (const std::string_view piece :
       {stream.substr(0, first), stream.substr(first, second - first), stream.substr(second)}) {
    const auto passed = messages.Feed(testing::AsBytes(piece));
    if (!passed.ok()) {
      parsed.status = passed.status();
      break;
    }
    parsed.passed += testing::AsString(*passed);
  }
  parsed.messages = messages.Messages();
  parsed.input = messages.TookInput();
  parsed.raw = messages.Raw();
  return parsed;
}

inline Parsed Parse(Restrictions restrictions, std::string_view stream) {
  return ParseCut(restrictions, stream, stream.size(), stream.size());
}

// Feeds `stream` in pieces of `size` bytes.
inline Parsed ParseInPieces(Restrictions restrictions, std::string_view stream, std::size_t size) {
  ClientMessages messages(restrictions);
  Parsed parsed;
  while (!stream.empty() && parsed.status.ok()) {
    const auto passed = messages.Feed(testing::AsBytes(stream.substr(0, size)));
    parsed.status = passed.status();
    parsed.passed += passed.ok() ? testing::AsString(*passed) : "";
    stream.remove_prefix(std::min(size, stream.size()));
  }
  parsed.messages = messages.Messages();
  parsed.input = messages.TookInput();
  parsed.raw = messages.Raw();
  return parsed;
}

}  // namespace porthole::rfb

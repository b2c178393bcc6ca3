#include "tests/bench/load/frames.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace porthole::bench {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Read {
  Bytes data;
  std::vector<Bytes> controls;
};

// What a reader makes of `bytes` when they come in parts of that size.
Read ReadInParts(const Bytes& bytes, std::size_t part) {
  FrameReader reader;
  Read read;
  for (std::size_t at = 0; at < bytes.size(); at += part) {
    std::span<const std::uint8_t> rest =
        std::span(bytes).subspan(at, std::min(part, bytes.size() - at));
    while (const auto piece = reader.Next(rest)) {
      if (piece->opcode == Opcode::kBinary) {
        read.data.insert(read.data.end(), piece->payload.begin(), piece->payload.end());
      } else {
        read.controls.emplace_back(piece->payload.begin(), piece->payload.end());
      }
    }
  }
  return read;
}

// A short frame, an empty one, a ping, one of 200 bytes, an empty pong, one of 70,000 bytes.
Bytes Frames() {
  Bytes bytes = {0x82, 2, 1, 2, 0x82, 0, 0x89, 3, 7, 8, 9, 0x82, 126, 0, 200};
  bytes.insert(bytes.end(), 200, 3);
  bytes.insert(bytes.end(), {0x8A, 0, 0x82, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70});
  bytes.insert(bytes.end(), 70000, 4);
  return bytes;
}

TEST(FrameReader, ReadsTheSameHoweverTheBytesAreCut) {
  Bytes data = {1, 2};
  data.insert(data.end(), 200, 3);
  data.insert(data.end(), 70000, 4);

  for (const std::size_t part : {1U, 2U, 3U, 7U, 213U, 4096U, 1000000U}) {
    const Read read = ReadInParts(Frames(), part);

    EXPECT_EQ(read.data, data) << part;
    EXPECT_EQ(read.controls, (std::vector<Bytes>{{7, 8, 9}, {}})) << part;
  }
}

TEST(FrameReader, RefusesWhatNoServerMaySend) {
  EXPECT_THROW(ReadInParts({0x82, 0x81, 0, 0, 0, 0, 1}, 100), std::runtime_error);  // masked
  EXPECT_THROW(ReadInParts({0x89, 126, 0, 200}, 100), std::runtime_error);          // a long ping
}

TEST(Frame, IsMaskedAndWhole) {
  const Bytes payload = {1, 2, 3, 4, 5};

  const std::string frame = Frame(Opcode::kBinary, payload);

  ASSERT_EQ(frame.size(), 11U);
  EXPECT_EQ(static_cast<std::uint8_t>(frame[0]), 0x82);
  EXPECT_EQ(static_cast<std::uint8_t>(frame[1]), 0x85);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    EXPECT_EQ(static_cast<std::uint8_t>(frame[6 + i] ^ frame[2 + (i % 4)]), payload[i]);
  }
}

}  // namespace
}  // namespace porthole::bench

#include "telemetry/log_writer.h"

#include "tests/support/four_threads.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <memory>
#include <string>
#include <unistd.h>

namespace porthole::telemetry {
namespace {

std::string TellLost(std::uint64_t lost) {
  return "lost " + std::to_string(lost);
}

class LogWriterTest : public ::testing::Test {
 protected:
  LogWriterTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    reader_ = ends[0];
    writer_ = std::make_unique<LogWriter>(LineFile::OnDescriptor(ends[1]), TellLost);
  }
  ~LogWriterTest() override { close(reader_); }

  // All that comes until `end` is at the end of it, or the pipe's.
  std::string ReadUntil(const std::string& end) const {
    std::string text;
    std::array<char, 65536> piece{};
    while (!text.ends_with(end)) {
      const ssize_t count = read(reader_, piece.data(), piece.size());
      if (count <= 0) {
        break;
      }
      text.append(piece.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

  int reader_ = -1;
  std::unique_ptr<LogWriter> writer_;
};

TEST_F(LogWriterTest, WritesEveryLineOfEveryThreadWhole) {
  constexpr int kEach = 500;
  const std::string line(100, 'x');
  testing::InFourThreads([this, &line](int /*thread*/) {
    for (int i = 0; i < kEach; ++i) {
      writer_->Write(line);
    }
  });
  writer_->Write("end");

  std::string expected;
  for (int i = 0; i < 4 * kEach; ++i) {
    expected += line + "\n";
  }
  EXPECT_EQ(ReadUntil("end\n"), expected + "end\n");
}

TEST_F(LogWriterTest, WritesWhatWaitsBeforeItEnds) {
  writer_->Write("the last words");
  writer_.reset();
  EXPECT_EQ(ReadUntil("?"), "the last words\n");
}

// The pipe takes 64 KiB and the writer 4 MiB, twice: of 16 MiB the rest finds no room.
TEST_F(LogWriterTest, WaitsForNobodyAndSaysHowManyLinesItLost) {
  constexpr std::size_t kLines = 16 * 1024;
  const std::string line(1023, 'x');
  for (std::size_t i = 0; i < kLines; ++i) {
    writer_->Write(line);  // returns although nobody reads
  }

  std::string text;
  std::size_t told = std::string::npos;
  while (told == std::string::npos) {
    text += ReadUntil("\n");
    told = text.find("lost ");
  }
  const std::size_t written = static_cast<std::size_t>(std::ranges::count(text, 'x')) / line.size();
  EXPECT_EQ(written + std::stoul(text.substr(told + 5)), kLines);

  writer_->Write("goes on");
  EXPECT_TRUE(ReadUntil("goes on\n").ends_with("goes on\n"));
}

TEST_F(LogWriterTest, EndsAlthoughNobodyReads) {
  for (int i = 0; i < 200; ++i) {
    writer_->Write(std::string(1024, 'x'));
  }
  writer_.reset();
  EXPECT_FALSE(ReadUntil("?").empty());
}

}  // namespace
}  // namespace porthole::telemetry

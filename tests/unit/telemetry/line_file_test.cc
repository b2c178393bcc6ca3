#include "telemetry/line_file.h"

#include "base/status.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <unistd.h>

namespace porthole::telemetry {
namespace {

class LineFileTest : public testing::Test {
 protected:
  LineFileTest() {
    std::string name = testing::TempDir() + "porthole-audit-XXXXXX";
    directory_ = mkdtemp(name.data());
    path_ = directory_ / "audit.log";
  }
  ~LineFileTest() override { std::filesystem::remove_all(directory_); }

  std::string Text() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  std::filesystem::path directory_;
  std::filesystem::path path_;
};

TEST_F(LineFileTest, AppendsToWhatIsThere) {
  {
    absl::StatusOr<std::unique_ptr<LineFile>> file = LineFile::Open(path_);
    ASSERT_TRUE(file.ok()) << Message(file.status());
    EXPECT_TRUE((*file)->Append("one\n"));
  }
  absl::StatusOr<std::unique_ptr<LineFile>> file = LineFile::Open(path_);
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE((*file)->Append("two\n"));
  EXPECT_TRUE((*file)->Append("three\n"));

  EXPECT_EQ(Text(), "one\ntwo\nthree\n");
}

TEST_F(LineFileTest, IsForItsOwnerOnly) {
  ASSERT_TRUE(LineFile::Open(path_).ok());

  struct stat status{};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(LineFileTest, SaysWhyItCannotBeOpened) {
  const std::string missing = directory_ / "missing" / "audit.log";
  const std::string link = directory_ / "link";
  std::filesystem::create_symlink(path_, link);

  EXPECT_EQ(Message(LineFile::Open(missing).status()),
            "cannot open the audit log " + missing + ": No such file or directory");
  EXPECT_EQ(Message(LineFile::Open(link).status()),
            "cannot open the audit log " + link + ": Too many levels of symbolic links");
  EXPECT_EQ(Message(LineFile::Open(directory_).status()),
            "cannot open the audit log " + directory_.string() + ": Is a directory");
}

TEST_F(LineFileTest, TellsWhenTheDiskIsFull) {
  absl::StatusOr<std::unique_ptr<LineFile>> file = LineFile::Open("/dev/full");
  ASSERT_TRUE(file.ok());

  EXPECT_FALSE((*file)->Append("one\n"));
}

TEST_F(LineFileTest, BeginsANewLineAfterHalfOfOne) {
  absl::StatusOr<std::unique_ptr<LineFile>> file = LineFile::Open(path_);
  ASSERT_TRUE(file.ok());
  ASSERT_EQ(std::signal(SIGXFSZ, SIG_IGN), SIG_DFL);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit four_bytes{.rlim_cur = 4, .rlim_max = before.rlim_max};

  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &four_bytes), 0);
  EXPECT_FALSE((*file)->Append("first\n"));
  EXPECT_FALSE((*file)->Append("second\n"));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_TRUE((*file)->Append("third\n"));
  std::signal(SIGXFSZ, SIG_DFL);

  EXPECT_EQ(Text(), "firs\nthird\n");
}

TEST_F(LineFileTest, BeginsANewFileWhereTheOldOneWasMovedAway) {
  const auto file = LineFile::Open(path_).value();
  EXPECT_TRUE(file->Append("one\n"));
  std::filesystem::rename(path_, directory_ / "audit.log.1");
  EXPECT_TRUE(file->Append("two\n"));

  EXPECT_TRUE(file->Reopen().ok());
  EXPECT_TRUE(file->Append("three\n"));

  EXPECT_EQ(Text(), "three\n");
}

TEST_F(LineFileTest, GoesOnWithTheOldFileWhereANewOneCannotBe) {
  const auto file = LineFile::Open(path_).value();
  std::filesystem::rename(path_, directory_ / "audit.log.1");
  std::filesystem::create_directory(path_);

  EXPECT_EQ(Message(file->Reopen()),
            "cannot open the audit log " + path_.string() + ": Is a directory");
  EXPECT_TRUE(file->Append("one\n"));

  path_ = directory_ / "audit.log.1";
  EXPECT_EQ(Text(), "one\n");
}

// A pipe whose reader does not read, as seen through /proc: it is waited for only until Hurry().
TEST_F(LineFileTest, DoesNotHangOnAFullPipeForEver) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const int size = fcntl(ends[1], F_GETPIPE_SZ);
  ASSERT_GT(size, 0);
  const auto file = LineFile::OnDescriptor(ends[1]);
  std::size_t lines = 0;
  const std::string line(1000, 'x');
  file->Hurry();
  while (file->Append(line)) {
    ++lines;
  }

  EXPECT_GT(lines, static_cast<std::size_t>(size) / 4096);
  EXPECT_FALSE(file->Append(line));
  close(ends[0]);
}

}  // namespace
}  // namespace porthole::telemetry

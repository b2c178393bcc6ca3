#include "state/key_file.h"

#include "base/status.h"
#include "state/key_wrap.h"
#include "tests/support/temp_directory.h"

#include <absl/status/status.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace porthole::state {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string kHex = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";

std::string Counting() {
  std::string key;
  for (int i = 0; i < 32; ++i) {
    key.push_back(static_cast<char>(i));
  }
  return key;
}

class KeyFileTest : public testing::Test {
 protected:
  std::string Write(const std::string& content, unsigned mode = 0600) {
    const std::string path = directory_.Write("kek", content);
    fs::permissions(path, fs::perms(mode));
    return path;
  }

  TempDirectory directory_;
};

TEST_F(KeyFileTest, ReadsHexadecimalDigitsWithOrWithoutALinesEnd) {
  for (const char* const end : {"", "\n", "\r\n"}) {
    EXPECT_EQ(ReadKeyFile(Write(kHex + end)).value()->Reveal(), Counting());
  }
}

TEST_F(KeyFileTest, TakesTheModesOfSecrets) {
  for (const unsigned mode : {0600U, 0400U, 0440U, 0640U}) {
    EXPECT_TRUE(ReadKeyFile(Write(kHex, mode)).ok()) << std::oct << mode;
  }
  for (const unsigned mode : {0644U, 0604U, 0620U, 0666U, 0700U}) {
    const absl::Status refused = ReadKeyFile(Write(kHex, mode)).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << std::oct << mode;
    EXPECT_THAT(Message(refused), HasSubstr("0440 for a mounted Secret"));
  }
}

TEST_F(KeyFileTest, RefusesEverythingElseWithoutShowingIt) {
  for (const std::string& content :
       {std::string(), kHex.substr(1), kHex + "0", kHex + "00", kHex + "\n\n", " " + kHex,
        kHex.substr(0, 62) + "zz", std::string(32, 'k'), std::string(100'000, '0')}) {
    const absl::Status refused = ReadKeyFile(Write(content)).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << content.size();
    EXPECT_THAT(Message(refused), HasSubstr("must be 64 hexadecimal digits"));
    EXPECT_EQ(Message(refused).find(kHex.substr(0, 8)), std::string::npos);
  }
}

TEST_F(KeyFileTest, TellsAMissingFileFromOneThatCannotBeRead) {
  EXPECT_FALSE(ReadKeyFile(directory_.At("missing")).value().has_value());
  EXPECT_THAT(Message(ReadKeyFile(directory_.At("")).status()), HasSubstr("is no file"));
  EXPECT_EQ(ReadKeyFile(Write(kHex) + "/below").status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(KeyFileTest, MakesAKeyOnceThatReadsBack) {
  const std::string path = directory_.At("a/b/kek");

  const Secret made = MakeKeyFile(path).value();

  EXPECT_EQ(made.Reveal().size(), kWrappingKeyBytes);
  EXPECT_EQ(ReadKeyFile(path).value()->Reveal(), made.Reveal());
  EXPECT_EQ(MakeKeyFile(path).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_NE(MakeKeyFile(directory_.At("other"))->Reveal(), made.Reveal());
}

TEST(KeyWrap, OpensWithTheSameKeyAndNameOnly) {
  const Secret key(Counting());
  const std::string wrapped = Wrap(key, "name", "material");
  EXPECT_EQ(wrapped.size(), 12 + 8 + 16);
  EXPECT_EQ(wrapped.find("material"), std::string::npos);
  EXPECT_NE(Wrap(key, "name", "material"), wrapped);

  EXPECT_EQ(Unwrap(key, "name", wrapped)->Reveal(), "material");

  const auto code = [](const absl::StatusOr<Secret>& opened) { return opened.status().code(); };
  constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;
  EXPECT_EQ(code(Unwrap(key, "nam", wrapped)), kRefused);
  EXPECT_EQ(code(Unwrap(Secret(std::string(32, 'x')), "name", wrapped)), kRefused);
  for (std::size_t i = 0; i < wrapped.size(); ++i) {
    std::string changed = wrapped;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(code(Unwrap(key, "name", changed)), kRefused) << i;
    EXPECT_EQ(code(Unwrap(key, "name", wrapped.substr(0, i))), kRefused) << i;
  }
}

TEST(KeyWrap, WrapsNothing) {
  const Secret key(Counting());
  EXPECT_EQ(Unwrap(key, "", Wrap(key, "", ""))->Reveal(), "");
}

}  // namespace
}  // namespace porthole::state

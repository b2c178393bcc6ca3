#include "duration.h"
#include "porthole/client/cloudstack_key.h"
#include "porthole/client/console_link.h"
#include "porthole/client/key_material.h"
#include "table.h"
#include "tests/support/temp_directory.h"
#include "text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <sstream>

namespace porthole::client {
namespace {

using testing::HasSubstr;

TEST(KeyMaterial, SurvivesAFileThatOnlyItsOwnerMayRead) {
  const TempDirectory directory;
  const KeyMaterial material = KeyMaterial::Generate();

  ASSERT_TRUE(material.SaveNewFile(directory.At("key")).ok());

  struct stat facts{};
  ASSERT_EQ(::stat(directory.At("key").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  const absl::StatusOr<KeyMaterial> read = KeyMaterial::ReadFile(directory.At("key"));
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_TRUE(std::ranges::equal(read->Bytes(), material.Bytes()));
}

TEST(KeyMaterial, NeverReplacesAFile) {
  const TempDirectory directory;
  const std::string path = directory.Write("key", "mine");

  const absl::Status saved = KeyMaterial::Generate().SaveNewFile(path);

  EXPECT_EQ(saved.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(saved.ToString(), HasSubstr(path));
}

TEST(KeyMaterial, ReadsOnlyCanonicalTextOf32Bytes) {
  const std::string text(42, 'A');
  EXPECT_TRUE(KeyMaterial::FromText(" " + text + "A\n").ok());
  for (const std::string& bad : {std::string(), text, text + "B", text + "A=", text + "+",
                                 text + "AAAA", text.substr(1) + " AA"}) {
    const absl::Status status = KeyMaterial::FromText(bad).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(status.ToString(), testing::Not(HasSubstr("AAAA")));
  }
}

TEST(KeyMaterial, NamesTheFileThatCannotBeRead) {
  const TempDirectory directory;
  EXPECT_THAT(KeyMaterial::ReadFile(directory.At("none")).status().ToString(),
              testing::AllOf(HasSubstr("none"), HasSubstr("No such file")));
  EXPECT_THAT(
      KeyMaterial::ReadFile(directory.Write("big", std::string(5000, 'A'))).status().ToString(),
      HasSubstr("longer than 4096 bytes"));
  EXPECT_THAT(KeyMaterial::ReadFile(directory.Write("bad", "?")).status().ToString(),
              HasSubstr("bad: a token key is written as base64url"));
}

TEST(ConsoleLink, IsTheConsolesPageWithTheToken) {
  EXPECT_EQ(ConsoleLink::To("https://console.example:8443")->With("a.b"),
            "https://console.example:8443/console?token=a.b");
  EXPECT_EQ(ConsoleLink::To("https://[2001:db8::1]/")->With("t"),
            "https://[2001:db8::1]/console?token=t");
}

TEST(ConsoleLink, RefusesWhatIsNoPlainOrigin) {
  for (const char* bad :
       {"", "console.example", "https://", "https:///", "ftp://h", "https://h/path", "https://h?x",
        "https://h#x", "https://user@h", "https://h h", "https://h\n", "HTTPS://h"}) {
    EXPECT_EQ(ConsoleLink::To(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST(Utf8, TakesWellFormedTextOnly) {
  for (const char* good : {"", "a", "ä", "€", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(internal::IsUtf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80",
                          "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "a\xE2\x82"}) {
    EXPECT_FALSE(internal::IsUtf8(bad)) << bad;
  }
}

TEST(Duration, ReadsWhatPeopleWrite) {
  using std::chrono::milliseconds;
  EXPECT_EQ(*cli::ParseDuration("500ms"), milliseconds(500));
  EXPECT_EQ(*cli::ParseDuration("30s"), milliseconds(30'000));
  EXPECT_EQ(*cli::ParseDuration("10m"), milliseconds(600'000));
  EXPECT_EQ(*cli::ParseDuration("7d"), milliseconds(604'800'000));
  for (const char* bad : {"", "10", "s", "-1s", "1.5s", "1 s", "1x", "1ss", "9999999999s"}) {
    EXPECT_FALSE(cli::ParseDuration(bad).ok()) << bad;
  }
}

TEST(CloudStackKey, TakesWhatCloudStackStoresAndSaysWhichOneIsNot) {
  const std::string text = "AAECAwQFBgcICQoLDA0ODw";
  const TempDirectory directory;
  const auto read =
      CloudStackKey::ReadFiles(directory.Write("k", text + "\n"),
                               directory.Write("i", text + "==\n"), directory.Write("h", " hash "));
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->Key(), text);
  EXPECT_EQ(read->HashKey(), "hash");
  EXPECT_THAT(std::string(CloudStackKey::FromTexts("short", text, "h").status().message()),
              HasSubstr("security.encryption.key"));
  EXPECT_THAT(std::string(CloudStackKey::FromTexts(text, text + "A", "h").status().message()),
              HasSubstr("security.encryption.iv"));
  EXPECT_THAT(std::string(CloudStackKey::FromTexts(text, text, "a b").status().message()),
              HasSubstr("security.hash.key"));
  EXPECT_FALSE(CloudStackKey::ReadFiles("/nowhere", "/nowhere", "/nowhere").ok());
}

TEST(Duration, ShowsTheTwoLargestUnits) {
  EXPECT_EQ(cli::ShowDuration(std::chrono::seconds(0)), "0s");
  EXPECT_EQ(cli::ShowDuration(std::chrono::seconds(312)), "5m12s");
  EXPECT_EQ(cli::ShowDuration(std::chrono::seconds(3601)), "1h");
  EXPECT_EQ(cli::ShowDuration(std::chrono::hours(76)), "3d4h");
  EXPECT_EQ(cli::ShowDuration(std::chrono::seconds(-5)), "0s");
}

TEST(Table, AlignsColumnsAndDisarmsTerminalSequences) {
  cli::Table table({"A", "B"});
  table.Add({"größe", "x\x1B[2Jy"});
  table.Add({"c\xC2\x9B", "z"});
  std::ostringstream out;

  table.Write(out);

  EXPECT_EQ(out.str(), "A      B\ngröße  x?[2Jy\nc?     z\n");
}

}  // namespace
}  // namespace porthole::client

#include "net/server_names.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::testing {
namespace {

TEST(ServerNames, FindsANameAsItIsBeforeThePatternAboveIt) {
  net::ServerNames names;
  names.Add("*.cloud.example", 1);
  names.Add("Console.Cloud.Example", 2);
  names.Add("console.cloud.example", 3);  // the second with that name

  EXPECT_EQ(names.Find("console.cloud.example"), 2U);
  EXPECT_EQ(names.Find("CONSOLE.cloud.EXAMPLE"), 2U);
  EXPECT_EQ(names.Find("other.cloud.example"), 1U);
}

TEST(ServerNames, APatternIsForOneLabel) {
  net::ServerNames names;
  names.Add("*.cloud.example", 0);
  names.Add("*", 1);

  for (const std::string_view other : {"cloud.example", "a.b.cloud.example", ".cloud.example",
                                       "cloud", "", ".", "acloud.example"}) {
    EXPECT_EQ(names.Find(other), std::nullopt) << other;
  }
}

std::string Read(const std::vector<unsigned char>& extension) {
  return std::string(net::ServerNameIn(extension));
}

TEST(ServerNameIn, ReadsAHostsName) {
  EXPECT_EQ(Read({0, 6, 0, 0, 3, 'a', '.', 'b'}), "a.b");
}

TEST(ServerNameIn, FindsNothingInWhatIsMalformed) {
  const std::vector<std::vector<unsigned char>> bad = {
      {},
      {0},
      {0, 0},
      {0, 1, 0},
      {0, 2, 0, 0},
      {0, 6, 1, 0, 3, 'a', '.', 'b'},                 // not a host's name
      {0, 7, 0, 0, 3, 'a', '.', 'b'},                 // the list ends after the extension
      {0, 5, 0, 0, 3, 'a', '.', 'b'},                 // before it
      {0, 6, 0, 0, 4, 'a', '.', 'b'},                 // the name ends after the list
      {0, 6, 0, 0, 2, 'a', '.', 'b'},                 // before it
      {0, 10, 0, 0, 3, 'a', '.', 'b', 0, 0, 1, 'c'},  // two names
  };
  for (const auto& extension : bad) {
    EXPECT_EQ(Read(extension), "");
  }
  std::vector<unsigned char> longest = {1, 3, 0, 1, 0};
  longest.resize(longest.size() + 256, 'a');
  EXPECT_EQ(Read(longest), "");
}

}  // namespace
}  // namespace porthole::testing

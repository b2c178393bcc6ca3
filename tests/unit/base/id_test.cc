#include "base/id.h"

#include "base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <set>
#include <string>

namespace porthole {
namespace {

TEST(Id, IsARandomUuidEachTime) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = NewUuid();
    ids.insert(id);
    EXPECT_THAT(id, testing::MatchesRegex(
                        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  }
  EXPECT_EQ(ids.size(), 1000U);
}

TEST(Random, FillsAllOfItsTargetAndNoMore) {
  std::array<std::uint8_t, 64> bytes{};
  std::array<bool, 64> touched{};
  for (int round = 0; round < 16; ++round) {
    FillRandom(std::span(bytes).first(63));
    for (std::size_t i = 0; i < 63; ++i) {
      touched.at(i) = touched.at(i) || bytes.at(i) != 0;
    }
  }
  for (std::size_t i = 0; i < 63; ++i) {
    EXPECT_TRUE(touched.at(i)) << i;  // wrong once in 256^16 runs
  }
  EXPECT_EQ(bytes[63], 0);
}

TEST(Random, TakesAnEmptyTarget) {
  FillRandom({});
}

}  // namespace
}  // namespace porthole

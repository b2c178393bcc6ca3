#include "state/key_rules.h"

#include <gtest/gtest.h>

namespace porthole::state {
namespace {

using token::CloudStackRules;

TEST(KeyRules, AreReadBackAsTheyWere) {
  for (const CloudStackRules& rules :
       {CloudStackRules{}, CloudStackRules{.check_source_address = true},
        CloudStackRules{.allow_legacy_cbc = true},
        CloudStackRules{.check_source_address = true,
                        .allow_legacy_cbc = true,
                        .extra_origins = {"https://a.example", "http://b:1"}}}) {
    EXPECT_EQ(RulesOf(TextOf(rules)), rules) << TextOf(rules);
  }
  EXPECT_EQ(TextOf({}), "");
}

TEST(KeyRules, AreRefusedWhereOneIsNotKnown) {
  EXPECT_EQ(RulesOf("check_source_address only_on_sundays"), std::nullopt);
  EXPECT_EQ(RulesOf("check_source_address  allow_legacy_cbc"), std::nullopt);
}

}  // namespace
}  // namespace porthole::state

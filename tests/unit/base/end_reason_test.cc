#include "base/end_reason.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole {
namespace {

constexpr std::size_t kMaxSentenceBytes = 120;  // design, section 7

std::vector<EndReason> All() {
  std::vector<EndReason> reasons;
  reasons.reserve(kEndReasonCount);
  for (int i = 0; i < kEndReasonCount; ++i) {
    reasons.push_back(static_cast<EndReason>(i));
  }
  return reasons;
}

TEST(EndReason, HasANameOfItsOwnAndASentenceThatFitsACloseFrame) {
  std::set<std::string_view> names;
  for (const EndReason reason : All()) {
    const std::string_view name = Name(reason);
    names.insert(name);
    EXPECT_FALSE(name.empty());
    EXPECT_TRUE(std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || c == '_';
    })) << name;
    EXPECT_FALSE(Sentence(reason).empty()) << name;
    EXPECT_LE(Sentence(reason).size(), kMaxSentenceBytes) << name;
    EXPECT_TRUE(Sentence(reason).ends_with('.')) << name;
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kEndReasonCount));
}

TEST(EndReason, HasTheCloseCodeOfTheDesign) {
  const std::vector<std::pair<std::string_view, int>> codes = {{"viewer_closed", 1000},
                                                               {"viewer_lost", 0},
                                                               {"viewer_timeout", 4440},
                                                               {"host_closed", 1000},
                                                               {"host_lost", 4514},
                                                               {"draining", 1001},
                                                               {"protocol_error", 1002},
                                                               {"internal_error", 1011},
                                                               {"token_missing", 4400},
                                                               {"token_invalid", 4401},
                                                               {"token_expired", 4405},
                                                               {"token_used", 4406},
                                                               {"token_not_yet_valid", 4411},
                                                               {"revoked", 4403},
                                                               {"forbidden", 4407},
                                                               {"idle_timeout", 4408},
                                                               {"replaced", 4409},
                                                               {"max_duration", 4410},
                                                               {"busy", 4423},
                                                               {"too_many", 4429},
                                                               {"host_unreachable", 4502},
                                                               {"host_timeout", 4504},
                                                               {"host_auth_failed", 4511},
                                                               {"host_tls_failed", 4512},
                                                               {"host_protocol_error", 4513}};
  ASSERT_EQ(codes.size(), static_cast<std::size_t>(kEndReasonCount));
  for (const auto& [name, code] : codes) {
    const auto reasons = All();
    const auto found =
        std::ranges::find_if(reasons, [&](EndReason reason) { return Name(reason) == name; });
    ASSERT_NE(found, reasons.end()) << name;
    EXPECT_EQ(CloseCode(*found), code) << name;
  }
}

TEST(EndReason, RefusesWithItsOwnSentence) {
  const Refusal refusal = Refuse(EndReason::kTokenUsed, "claimed before");

  EXPECT_EQ(refusal.reason, EndReason::kTokenUsed);
  EXPECT_EQ(refusal.sentence, Sentence(EndReason::kTokenUsed));
  EXPECT_EQ(refusal.detail, "claimed before");
  EXPECT_EQ(refusal.key_id, "");
  EXPECT_EQ(refusal.token_id, "");
}

}  // namespace
}  // namespace porthole

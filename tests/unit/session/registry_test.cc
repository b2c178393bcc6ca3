#include "session/registry.h"

#include "tests/unit/session/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>

namespace porthole::session {
namespace {

using config::Sharing;
using config::TakeoverBy;
using ::testing::ElementsAre;
using Records = std::vector<std::shared_ptr<Record>>;

class RegistryTest : public ::testing::Test {
 protected:
  // Enters and stays; the reason when it was refused.
  std::optional<EndReason> Enter(const Wish& wish) {
    Judged<Entry> entered = registry_.Enter(Describe(wish), [] {});
    if (const auto* const refusal = std::get_if<Refusal>(&entered)) {
      EXPECT_FALSE(refusal->sentence.empty());
      return refusal->reason;
    }
    entries_.push_back(std::get<Entry>(std::move(entered)));
    return std::nullopt;
  }
  static std::vector<std::string> Ids(const Records& records) {
    std::vector<std::string> ids;
    for (const std::shared_ptr<Record>& record : records) {
      ids.push_back(record->Names().session_id);
    }
    return ids;
  }
  Records End(SelectorKind kind, const std::string& value) {
    return registry_.End({.kind = kind, .value = value, .addresses = {}}, EndReason::kRevoked, "");
  }

  SessionRegistry registry_{
      Limits{.sessions = 100, .per_console = 100, .per_subject = 100, .per_address = 100}};
  std::deque<Entry> entries_;
};

TEST_F(RegistryTest, KeepsToTheNodesLimit) {
  registry_.SetLimits({.sessions = 2});
  EXPECT_EQ(Enter({.id = "1"}), std::nullopt);
  EXPECT_FALSE(registry_.Full());
  EXPECT_EQ(Enter({.id = "2"}), std::nullopt);

  EXPECT_TRUE(registry_.Full());
  EXPECT_EQ(Enter({.id = "3", .sharing = Sharing::kTakeover}), EndReason::kTooMany);

  entries_.pop_front();
  EXPECT_EQ(Enter({.id = "4"}), std::nullopt);
}

TEST_F(RegistryTest, KeepsToTheLimitOfAConsole) {
  registry_.SetLimits({.per_console = 2});
  EXPECT_EQ(Enter({.id = "1", .subject = "a"}), std::nullopt);
  EXPECT_EQ(Enter({.id = "2", .subject = "b"}), std::nullopt);

  EXPECT_EQ(Enter({.id = "3", .subject = "c"}), EndReason::kTooMany);
  EXPECT_EQ(Enter({.id = "4", .console = "console-2", .subject = "c"}), std::nullopt);
}

// CloudStack's tokens name nobody.
TEST_F(RegistryTest, TakesSessionsWithoutASubjectForDifferentPeople) {
  registry_.SetLimits({.per_subject = 1});
  EXPECT_EQ(Enter({.id = "1", .subject = ""}), std::nullopt);
  EXPECT_EQ(Enter({.id = "2", .subject = ""}), std::nullopt);
  EXPECT_EQ(Enter({.id = "3", .subject = "", .sharing = Sharing::kTakeover}), EndReason::kBusy);
  EXPECT_EQ(Enter({.id = "4",
                   .subject = "",
                   .sharing = Sharing::kTakeover,
                   .takeover_by = TakeoverBy::kAny}),
            std::nullopt);
}

TEST_F(RegistryTest, KeepsToTheLimitOfASubject) {
  registry_.SetLimits({.per_subject = 1});
  EXPECT_EQ(Enter({.id = "1"}), std::nullopt);

  EXPECT_EQ(Enter({.id = "2", .console = "console-2"}), EndReason::kTooMany);
  EXPECT_EQ(Enter({.id = "3", .console = "console-2", .subject = "bob"}), std::nullopt);
}

TEST_F(RegistryTest, CountsIpv6AddressesBySite) {
  registry_.SetLimits({.per_address = 1});
  const IpAddress one = *IpAddress::Parse("2001:db8:0:1::1");
  const IpAddress same_site = *IpAddress::Parse("2001:db8:0:1:ffff::2");
  const IpAddress other_site = *IpAddress::Parse("2001:db8:0:2::1");
  EXPECT_EQ(Enter({.id = "1", .address = one}), std::nullopt);

  EXPECT_EQ(Enter({.id = "2", .address = same_site}), EndReason::kTooMany);
  EXPECT_EQ(Enter({.id = "3", .address = other_site}), std::nullopt);
  EXPECT_EQ(Enter({.id = "4", .address = IpAddress::V4({203, 0, 113, 1})}), std::nullopt);
  EXPECT_EQ(Enter({.id = "5", .address = IpAddress::V4({203, 0, 113, 2})}), std::nullopt);
}

TEST_F(RegistryTest, ATakeoverMayStandBesideWhomItReplaces) {
  registry_.SetLimits({.per_console = 1, .per_subject = 1, .per_address = 1});
  EXPECT_EQ(Enter({.id = "1"}), std::nullopt);

  EXPECT_EQ(Enter({.id = "2", .sharing = Sharing::kTakeover}), std::nullopt);
  EXPECT_EQ(Enter({.id = "3", .sharing = Sharing::kTakeover}), EndReason::kTooMany);
}

TEST_F(RegistryTest, ATakeoverOfNobodyHasNoRoomBeyondTheLimits) {
  registry_.SetLimits({.per_subject = 1});
  EXPECT_EQ(Enter({.id = "1"}), std::nullopt);
  EXPECT_EQ(Enter({.id = "2", .console = "console-2", .sharing = Sharing::kTakeover}),
            EndReason::kTooMany);

  registry_.SetLimits({.per_address = 1});
  EXPECT_EQ(
      Enter({.id = "3", .console = "console-2", .subject = "b", .sharing = Sharing::kTakeover}),
      EndReason::kTooMany);
}

TEST_F(RegistryTest, GivesEveryPlaceBack) {
  registry_.SetLimits({.sessions = 1, .per_console = 1, .per_subject = 1, .per_address = 1});
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(Enter({.id = "1"}), std::nullopt);
    entries_.clear();
  }
  EXPECT_EQ(registry_.Size(), 0U);
}

TEST_F(RegistryTest, LeavingTheConsoleFreesConsoleAndSubjectButNotTheRest) {
  registry_.SetLimits({.sessions = 9, .per_console = 1, .per_subject = 1, .per_address = 2});
  ASSERT_EQ(Enter({.id = "1"}), std::nullopt);

  entries_.front().LeaveConsole();
  EXPECT_EQ(Enter({.id = "2"}), std::nullopt);
  EXPECT_EQ(registry_.Size(), 2U);
  entries_.back().LeaveConsole();

  EXPECT_EQ(Enter({.id = "3"}), EndReason::kTooMany);  // the address
}

struct SharingCase {
  Sharing holder;
  Sharing newcomer;
  bool same_subject;
  TakeoverBy takeover_by;
  bool admitted;
};

TEST_F(RegistryTest, SharesAsThePoliciesSay) {
  constexpr auto kSame = TakeoverBy::kSameSubject;
  const std::vector<SharingCase> cases = {
      {Sharing::kShared, Sharing::kShared, true, kSame, true},
      {Sharing::kShared, Sharing::kShared, false, kSame, true},
      {Sharing::kShared, Sharing::kExclusive, true, kSame, false},
      {Sharing::kShared, Sharing::kExclusive, false, kSame, false},
      {Sharing::kShared, Sharing::kTakeover, true, kSame, true},
      {Sharing::kShared, Sharing::kTakeover, false, kSame, false},
      {Sharing::kShared, Sharing::kTakeover, false, TakeoverBy::kAny, true},
      {Sharing::kExclusive, Sharing::kShared, true, kSame, false},
      {Sharing::kExclusive, Sharing::kShared, false, kSame, false},
      {Sharing::kExclusive, Sharing::kExclusive, true, kSame, false},
      {Sharing::kExclusive, Sharing::kTakeover, true, kSame, true},
      {Sharing::kExclusive, Sharing::kTakeover, false, kSame, false},
      {Sharing::kExclusive, Sharing::kTakeover, false, TakeoverBy::kAny, true},
      {Sharing::kTakeover, Sharing::kShared, false, kSame, true},
      {Sharing::kTakeover, Sharing::kExclusive, true, kSame, false},
      {Sharing::kTakeover, Sharing::kTakeover, true, kSame, true},
      {Sharing::kTakeover, Sharing::kTakeover, false, kSame, false},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const SharingCase& one = cases[i];
    entries_.clear();
    ASSERT_EQ(Enter({.id = "holder", .sharing = one.holder}), std::nullopt);

    const std::optional<EndReason> refused = Enter({.id = "newcomer",
                                                    .subject = one.same_subject ? "alice" : "bob",
                                                    .sharing = one.newcomer,
                                                    .takeover_by = one.takeover_by});

    EXPECT_EQ(refused, one.admitted ? std::nullopt : std::optional(EndReason::kBusy)) << i;
    EXPECT_EQ(Enter({.id = "elsewhere", .console = "console-2", .sharing = one.newcomer}),
              std::nullopt)
        << i;
  }
}

TEST_F(RegistryTest, WhoeverIsToEndKeepsNobodyOut) {
  ASSERT_EQ(Enter({.id = "1", .sharing = Sharing::kExclusive}), std::nullopt);
  End(SelectorKind::kSession, "1");

  EXPECT_EQ(Enter({.id = "2", .subject = "bob", .sharing = Sharing::kExclusive}), std::nullopt);
}

TEST_F(RegistryTest, ATakeoverReplacesOnlyThoseBeforeIt) {
  ASSERT_EQ(Enter({.id = "before"}), std::nullopt);
  ASSERT_EQ(Enter({.id = "taker", .sharing = Sharing::kTakeover}), std::nullopt);
  ASSERT_EQ(Enter({.id = "after", .sharing = Sharing::kTakeover}), std::nullopt);

  const Judged<Records> replaced = entries_[1].TakeOver();

  EXPECT_THAT(Ids(std::get<Records>(replaced)), ElementsAre("before"));
  EXPECT_EQ(entries_[0]->EndRequested()->reason, EndReason::kReplaced);
  EXPECT_FALSE(entries_[1]->EndRequested().has_value());
  EXPECT_FALSE(entries_[2]->EndRequested().has_value());
}

TEST_F(RegistryTest, ATakeoverWaitsForThoseThatAreEndingAnyway) {
  ASSERT_EQ(Enter({.id = "ending"}), std::nullopt);
  ASSERT_EQ(Enter({.id = "left"}), std::nullopt);
  End(SelectorKind::kSession, "ending");
  entries_[1].LeaveConsole();
  ASSERT_EQ(Enter({.id = "taker", .sharing = Sharing::kTakeover}), std::nullopt);

  const Judged<Records> replaced = entries_[2].TakeOver();

  EXPECT_THAT(Ids(std::get<Records>(replaced)), ElementsAre("ending"));
  EXPECT_EQ(entries_[0]->EndRequested()->reason, EndReason::kRevoked);
}

TEST_F(RegistryTest, ATakeoverNeedsNoRightToThoseThatAreEndingAnyway) {
  ASSERT_EQ(Enter({.id = "own"}), std::nullopt);
  ASSERT_EQ(Enter({.id = "bobs", .subject = "bob"}), std::nullopt);
  End(SelectorKind::kSession, "bobs");  // so he keeps nobody out

  ASSERT_EQ(Enter({.id = "taker", .sharing = Sharing::kTakeover}), std::nullopt);
  const Judged<Records> replaced = entries_[2].TakeOver();

  EXPECT_THAT(Ids(std::get<Records>(replaced)), ElementsAre("own", "bobs"));
  EXPECT_EQ(entries_[1]->EndRequested()->reason, EndReason::kRevoked);
  EXPECT_EQ(Enter({.id = "other", .subject = "eve", .sharing = Sharing::kTakeover}),
            EndReason::kBusy);
  EXPECT_FALSE(entries_[2]->EndRequested().has_value());
}

TEST_F(RegistryTest, ATakeoverThatIsToEndItselfReplacesNobody) {
  ASSERT_EQ(Enter({.id = "holder"}), std::nullopt);
  ASSERT_EQ(Enter({.id = "taker", .sharing = Sharing::kTakeover}), std::nullopt);
  End(SelectorKind::kSession, "taker");

  const Judged<Records> replaced = entries_[1].TakeOver();

  EXPECT_TRUE(std::get<Records>(replaced).empty());
  EXPECT_FALSE(entries_[0]->EndRequested().has_value());
}

TEST_F(RegistryTest, EndsByEverySelector) {
  const std::vector<std::pair<SelectorKind, std::string>> cases = {
      {SelectorKind::kSession, "2"},
      {SelectorKind::kConsole, "console-2"},
      {SelectorKind::kSubject, "bob"},
      {SelectorKind::kKey, "key-of-2"},
      {SelectorKind::kToken, "token-of-2"}};
  for (const auto& [kind, value] : cases) {
    entries_.clear();
    ASSERT_EQ(Enter({.id = "1"}), std::nullopt);
    ASSERT_EQ(Enter({.id = "2", .console = "console-2", .subject = "bob"}), std::nullopt);

    EXPECT_THAT(Ids(End(kind, value)), ElementsAre("2"));
    EXPECT_TRUE(End(kind, "nobody").empty());

    EXPECT_FALSE(entries_[0]->EndRequested().has_value());
    EXPECT_TRUE(entries_[1]->EndRequested().has_value());
  }
  EXPECT_THAT(Ids(End(SelectorKind::kAll, "")), ElementsAre("1", "2"));
}

TEST_F(RegistryTest, EndsByClientAddress) {
  ASSERT_EQ(Enter({.id = "1", .address = IpAddress::V4({192, 0, 2, 1})}), std::nullopt);
  ASSERT_EQ(Enter({.id = "2", .address = IpAddress::V4({198, 51, 100, 1})}), std::nullopt);

  const Records ended = registry_.End({.kind = SelectorKind::kClientAddress,
                                       .value = {},
                                       .addresses = *IpPrefix::Parse("192.0.2.0/24")},
                                      EndReason::kRevoked, "");

  EXPECT_THAT(Ids(ended), ElementsAre("1"));
}

TEST_F(RegistryTest, ListsByPagesInTheOrderOfEntry) {
  for (const char* const id : {"c", "a", "b", "d"}) {
    ASSERT_EQ(Enter({.id = id}), std::nullopt);
  }
  entries_.pop_front();

  const Records first = registry_.List(0, 2);
  EXPECT_THAT(Ids(first), ElementsAre("a", "b"));
  EXPECT_THAT(Ids(registry_.List(first.back()->About().sequence, 2)), ElementsAre("d"));
  EXPECT_TRUE(registry_.List(UINT64_MAX, 2).empty());
  EXPECT_TRUE(registry_.List(0, 0).empty());
}

TEST_F(RegistryTest, FindsByIdWhoIsThere) {
  ASSERT_EQ(Enter({.id = "1"}), std::nullopt);

  EXPECT_EQ(registry_.Find("1"), entries_[0].Shared());
  entries_.clear();

  EXPECT_EQ(registry_.Find("1"), nullptr);
}

}  // namespace
}  // namespace porthole::session

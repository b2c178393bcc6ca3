#include "admission/blocks.h"

#include "state/memory_store.h"
#include "tests/support/fake_clock.h"

#include <absl/status/status.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole::admission {
namespace {

using std::chrono::seconds;

constexpr WallTime kNow = FakeClock::kStart;

SessionNames Names() {
  return {.session_id = "session-1",
          .console_id = "console-1",
          .subject = "subject-1",
          .key_id = "key-1",
          .token_id = "token-1",
          .client_address = IpAddress::V4({192, 0, 2, 1}),
          .token_issued_at = kNow};
}

Selector By(SelectorKind kind, std::string value) {
  return {.kind = kind, .value = std::move(value), .addresses = {}};
}

Selector ByAddress(std::string_view prefix) {
  return {.kind = SelectorKind::kClientAddress,
          .value = "",
          .addresses = IpPrefix::Parse(prefix).value()};
}

SessionNames From(std::string_view address) {
  SessionNames names = Names();
  names.client_address = IpAddress::Parse(address).value();
  return names;
}

Revocation Revoke(Selector selector, std::optional<seconds> block_for = std::nullopt) {
  return {.selector = std::move(selector),
          .reason = "maintenance",
          .creator = "dns:cloud.example",
          .block_for = block_for};
}

class BlocksTest : public testing::Test {
 protected:
  absl::Status Add(const Revocation& revocation, WallTime now = kNow) {
    return Add(MakeBlock(revocation, now), now);
  }
  absl::Status Add(Block block, WallTime now = kNow) {
    absl::Status result = absl::UnknownError("not called");
    blocks_.Add(std::move(block), now, [&](absl::Status status) { result = std::move(status); });
    return result;
  }
  absl::Status Lift(std::string id) {
    absl::Status result = absl::UnknownError("not called");
    blocks_.Lift(std::move(id), [&](absl::Status status) { result = std::move(status); });
    return result;
  }
  bool Blocked(const SessionNames& names, WallTime now = kNow) const {
    return blocks_.Find(names, now).has_value();
  }

  state::MemoryStore store_;
  BlockList blocks_{store_};
};

TEST_F(BlocksTest, BlocksNothingWhenEmpty) {
  EXPECT_FALSE(Blocked(Names()));
  EXPECT_FALSE(Blocked(SessionNames{}));
  EXPECT_TRUE(blocks_.List(kNow).empty());
}

TEST_F(BlocksTest, FindsByEverySelectorAndOnlyByItsOwn) {
  const std::vector<std::pair<SelectorKind, std::string>> names = {
      {SelectorKind::kSession, "session-1"},
      {SelectorKind::kConsole, "console-1"},
      {SelectorKind::kSubject, "subject-1"},
      {SelectorKind::kKey, "key-1"},
      {SelectorKind::kToken, "token-1"}};
  for (const auto& [kind, value] : names) {
    for (const auto& [other_kind, other_value] : names) {
      BlockList blocks(store_);
      blocks.Restore({MakeBlock(Revoke(By(kind, other_value)), kNow)}, kNow);
      EXPECT_EQ(blocks.Find(Names(), kNow).has_value(), kind == other_kind)
          << Name(kind) << other_value;
    }
  }
}

TEST_F(BlocksTest, OfAllBlocksAll) {
  ASSERT_TRUE(Add(Revoke(By(SelectorKind::kAll, ""))).ok());
  EXPECT_TRUE(Blocked(Names()));
}

TEST_F(BlocksTest, OfAnAddressBlocksExactlyThatOne) {
  ASSERT_TRUE(Add(Revoke(ByAddress("192.0.2.1"))).ok());
  ASSERT_TRUE(Add(Revoke(ByAddress("2001:db8::1"))).ok());

  EXPECT_TRUE(Blocked(From("192.0.2.1")));
  EXPECT_TRUE(Blocked(From("::ffff:192.0.2.1")));
  EXPECT_FALSE(Blocked(From("192.0.2.2")));
  EXPECT_TRUE(Blocked(From("2001:db8::1")));
  EXPECT_FALSE(Blocked(From("2001:db8::2")));
}

TEST_F(BlocksTest, OfAPrefixBlocksAllInIt) {
  ASSERT_TRUE(Add(Revoke(ByAddress("198.51.100.0/25"))).ok());
  ASSERT_TRUE(Add(Revoke(ByAddress("2001:db8:1:2::/64"))).ok());

  EXPECT_TRUE(Blocked(From("198.51.100.127")));
  EXPECT_FALSE(Blocked(From("198.51.100.128")));
  EXPECT_TRUE(Blocked(From("2001:db8:1:2:ffff::1")));
  EXPECT_FALSE(Blocked(From("2001:db8:1:3::1")));
}

TEST_F(BlocksTest, OfLengthZeroBlocksItsFamily) {
  ASSERT_TRUE(Add(Revoke(ByAddress("0.0.0.0/0"))).ok());
  EXPECT_TRUE(Blocked(From("203.0.113.9")));
  EXPECT_FALSE(Blocked(From("2001:db8::1")));
}

TEST_F(BlocksTest, EndsAtItsTime) {
  ASSERT_TRUE(Add(Revoke(By(SelectorKind::kConsole, "console-1"), seconds(60))).ok());

  EXPECT_TRUE(Blocked(Names(), kNow + seconds(60) - std::chrono::nanoseconds(1)));
  EXPECT_FALSE(Blocked(Names(), kNow + seconds(60)));
}

TEST_F(BlocksTest, WithAPeriodRefusesAlsoTokensIssuedLater) {
  ASSERT_TRUE(Add(Revoke(By(SelectorKind::kConsole, "console-1"), seconds(60))).ok());
  SessionNames later = Names();
  later.token_issued_at = kNow + seconds(30);

  EXPECT_TRUE(Blocked(later, kNow + seconds(30)));
}

TEST_F(BlocksTest, WithoutAPeriodRefusesOnlyTokensIssuedUpToTheCall) {
  for (const Selector& selector :
       {By(SelectorKind::kConsole, "console-1"), By(SelectorKind::kSubject, "subject-1"),
        By(SelectorKind::kKey, "key-1"), By(SelectorKind::kAll, ""), ByAddress("192.0.2.1")}) {
    BlockList blocks(store_);
    blocks.Restore({MakeBlock(Revoke(selector), kNow)}, kNow);
    SessionNames later = Names();
    later.token_issued_at = kNow + seconds(1);

    EXPECT_TRUE(blocks.Find(Names(), kNow + seconds(659)).has_value()) << ToString(selector);
    EXPECT_FALSE(blocks.Find(later, kNow + seconds(2)).has_value()) << ToString(selector);
    EXPECT_FALSE(blocks.Find(Names(), kNow + seconds(660)).has_value()) << ToString(selector);
  }
}

// The same token cannot be issued anew: it is refused as long as it could be valid, whatever `iat`
// it claims.
TEST_F(BlocksTest, WithoutAPeriodRefusesAToken) {
  ASSERT_TRUE(Add(Revoke(By(SelectorKind::kToken, "token-1"))).ok());
  SessionNames later = Names();
  later.token_issued_at = kNow + seconds(30);

  EXPECT_TRUE(Blocked(later, kNow + seconds(659)));
  EXPECT_FALSE(Blocked(later, kNow + seconds(660)));
}

TEST_F(BlocksTest, LastsNoLongerThanAYearHoweverLongItWasWished) {
  const Block block = MakeBlock(Revoke(By(SelectorKind::kAll, ""), seconds::max()), kNow);

  EXPECT_EQ(block.until, kNow + std::chrono::days(366));
}

TEST_F(BlocksTest, CarriesReasonAndCreator) {
  ASSERT_TRUE(Add(Revoke(By(SelectorKind::kAll, ""))).ok());

  const std::optional<Block> block = blocks_.Find(Names(), kNow);

  ASSERT_TRUE(block.has_value());
  EXPECT_EQ(block->reason, "maintenance");
  EXPECT_EQ(block->creator, "dns:cloud.example");
  EXPECT_EQ(block->created, kNow);
  EXPECT_EQ(block->id.size(), 36U);
}

TEST_F(BlocksTest, FindsTheOneThatLastsLongest) {
  ASSERT_TRUE(Add(Revoke(By(SelectorKind::kConsole, "console-1"), seconds(60))).ok());
  const Block longest =
      MakeBlock(Revoke(By(SelectorKind::kSubject, "subject-1"), seconds(90)), kNow);
  ASSERT_TRUE(Add(longest).ok());
  ASSERT_TRUE(Add(Revoke(By(SelectorKind::kConsole, "console-1"), seconds(70))).ok());

  EXPECT_EQ(blocks_.Find(Names(), kNow)->id, longest.id);
}

// Two blocks of one console: the longer one, whose limit on `iat` does not hold, must not hide the
// other.
TEST_F(BlocksTest, PassesByABlockThatDoesNotApply) {
  Block old = MakeBlock(Revoke(By(SelectorKind::kConsole, "console-1"), seconds(900)), kNow);
  old.issued_until = kNow - seconds(1);
  ASSERT_TRUE(Add(old).ok());
  EXPECT_FALSE(Blocked(Names()));
  ASSERT_TRUE(Add(Revoke(By(SelectorKind::kConsole, "console-1"), seconds(60))).ok());

  EXPECT_TRUE(Blocked(Names()));
}

TEST_F(BlocksTest, ListsThoseInForceOldestFirst) {
  ASSERT_TRUE(Add(Revoke(By(SelectorKind::kConsole, "c"), seconds(600)), kNow + seconds(2)).ok());
  ASSERT_TRUE(Add(Revoke(By(SelectorKind::kConsole, "a"), seconds(600)), kNow).ok());
  ASSERT_TRUE(Add(Revoke(By(SelectorKind::kConsole, "b"), seconds(600)), kNow + seconds(1)).ok());
  ASSERT_TRUE(Add(Revoke(By(SelectorKind::kConsole, "over"), seconds(10)), kNow).ok());

  std::string consoles;
  for (const Block& block : blocks_.List(kNow + seconds(10))) {
    consoles += block.selector.value;
  }

  EXPECT_EQ(consoles, "abc");
}

TEST_F(BlocksTest, AreLiftedOneByOne) {
  const Block first = MakeBlock(Revoke(By(SelectorKind::kConsole, "console-1")), kNow);
  const Block second = MakeBlock(Revoke(By(SelectorKind::kConsole, "console-1")), kNow);
  const Block address = MakeBlock(Revoke(ByAddress("192.0.2.0/24")), kNow);
  for (const Block& block : {first, second, address}) {
    ASSERT_TRUE(Add(block).ok());
  }

  EXPECT_TRUE(Lift(first.id).ok());
  EXPECT_TRUE(Blocked(Names()));
  EXPECT_TRUE(Lift(address.id).ok());
  EXPECT_TRUE(Blocked(Names()));
  EXPECT_TRUE(Lift(second.id).ok());
  EXPECT_FALSE(Blocked(Names()));
  EXPECT_EQ(Lift(second.id).code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(store_.Load()->blocks.empty());
}

TEST_F(BlocksTest, RefusesASelectorThatSelectsNothing) {
  for (const SelectorKind kind :
       {SelectorKind::kSession, SelectorKind::kConsole, SelectorKind::kSubject, SelectorKind::kKey,
        SelectorKind::kToken}) {
    EXPECT_EQ(Add(Revoke(By(kind, ""))).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(Add(Revoke(By(kind, std::string(257, 'x')))).code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(CheckSelector(By(kind, std::string(256, 'x'))).ok());
  }
  EXPECT_EQ(blocks_.Size(), 0U);
  EXPECT_TRUE(store_.Load()->blocks.empty());
}

}  // namespace
}  // namespace porthole::admission

#include "session/announcement.h"

#include "tests/unit/session/describe.h"
#include "tests/unit/session/fixture.h"

#include <gtest/gtest.h>

#include <string>

namespace porthole::session {
namespace {

const Selector kAll{.kind = SelectorKind::kAll, .value = {}, .addresses = {}};

TEST(ViewerNotice, SaysEverything) {
  EXPECT_EQ(ViewerNotice({}, nullptr, 0), R"({"view_only":false,"clipboard":"both"})");
  EXPECT_EQ(ViewerNotice({}, nullptr, 0, true),
            R"({"view_only":false,"clipboard":"both","opened":true})");
  admission::PolicyInForce policy;
  policy.view_only = true;
  policy.clipboard = {.to_console = false, .from_console = true};
  const Announcement announcement{
      .text = "Closing",
      .level = AnnouncementLevel::kWarning,
      .show_for = std::chrono::seconds(30),
      .deadline = WallTime(std::chrono::milliseconds(1'790'000'299'500))};
  EXPECT_EQ(ViewerNotice(policy, &announcement, 7),
            R"({"view_only":true,"clipboard":"from_console","announcement":{"id":7,)"
            R"("text":"Closing","level":"warning","show_for_s":30,"deadline":1790000300}})");
}

TEST(ViewerNotice, NamesEveryClipboard) {
  admission::PolicyInForce policy;
  policy.clipboard = {.to_console = true, .from_console = false};
  EXPECT_NE(ViewerNotice(policy, nullptr, 0).find(R"("to_console")"), std::string::npos);
  policy.clipboard = {.to_console = false, .from_console = false};
  EXPECT_NE(ViewerNotice(policy, nullptr, 0).find(R"("off")"), std::string::npos);
}

TEST(ViewerNotice, HoldsTextAsTextOnly) {
  const Announcement rude{.text = "a\x01\x7F\"\\<b>\xC2\x85\xFF" + std::string(600, 'x'),
                          .show_for = {},
                          .deadline = {}};
  const std::string json = ViewerNotice({}, &rude, 1);
  EXPECT_NE(json.find(R"("text":"a\"\\<b>)"), std::string::npos) << json;
  EXPECT_LT(json.size(), 620U);
  EXPECT_EQ(json.find('\x01'), std::string::npos);
  EXPECT_EQ(json.find('\xFF'), std::string::npos);
}

TEST(Announcing, CountsWhomItReaches) {
  SessionRegistry registry{Limits()};
  int wakes = 0;
  const auto enter = [&](const std::string& id, bool reads_text) {
    Description description = Describe({.id = id});
    description.reads_text = reads_text;
    return std::get<Entry>(registry.Enter(std::move(description), [&wakes] { ++wakes; }));
  };
  const Entry ours = enter("s1", true);
  const Entry stock = enter("s2", false);
  const Entry ending = enter("s3", true);
  ending->RequestEnd({EndReason::kRevoked, "enough"});
  wakes = 0;

  const Announced announced =
      registry.Announce(kAll, {.text = "hello", .show_for = {}, .deadline = {}});

  EXPECT_EQ(announced.sent, 1U);
  EXPECT_EQ(announced.unsupported, 1U);
  EXPECT_EQ(wakes, 1);
  ASSERT_NE(ours->TakeAnnouncement(), nullptr);
  EXPECT_EQ(ours->TakeAnnouncement(), nullptr);
  EXPECT_EQ(stock->TakeAnnouncement(), nullptr);
  EXPECT_EQ(
      registry.Announce({.kind = SelectorKind::kConsole, .value = "other", .addresses = {}}, {})
          .sent,
      0U);
}

TEST_F(SessionTest, ShowsTheNewestAnnouncementToAViewerThatReadsText) {
  reads_text_ = true;
  const auto viewing = View();
  ASSERT_TRUE(UntilIn(State::kActive));
  registry_.Announce(kAll, {.text = "first", .show_for = {}, .deadline = {}});
  registry_.Announce(kAll, {.text = "second", .show_for = {}, .deadline = {}});
  ASSERT_TRUE(Until([&] { return !viewing->fate->texts.empty(); }));
  EXPECT_NE(viewing->fate->texts.back().find("second"), std::string::npos);
  registry_.Announce(kAll, {.text = "third", .show_for = {}, .deadline = {}});
  ASSERT_TRUE(
      Until([&] { return viewing->fate->texts.back().find("third") != std::string::npos; }));
  EXPECT_NE(viewing->fate->texts.back().find(R"("id":2)"), std::string::npos);
}

TEST_F(SessionTest, SendsAStockViewerNoText) {
  const auto viewing = View();
  ASSERT_TRUE(UntilIn(State::kActive));
  EXPECT_EQ(registry_.Announce(kAll, {.text = "x", .show_for = {}, .deadline = {}}).unsupported,
            1U);
  Settle();
  EXPECT_TRUE(viewing->fate->texts.empty());
}

TEST_F(SessionTest, TellsAViewerOfARestrictionFromTheStart) {
  reads_text_ = true;
  configuration_.policy.view_only = true;
  const auto viewing = View();
  ASSERT_TRUE(UntilIn(State::kActive));
  ASSERT_EQ(viewing->fate->texts.size(), 1U);
  EXPECT_EQ(viewing->fate->texts.front(), R"({"view_only":true,"clipboard":"both"})");
}

}  // namespace
}  // namespace porthole::session

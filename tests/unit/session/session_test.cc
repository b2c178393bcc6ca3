#include "tests/unit/session/fixture.h"

namespace porthole::session {
namespace {

using testing::AsString;

TEST_F(SessionTest, JoinsViewerAndHost) {
  const auto viewing = View();

  ASSERT_TRUE(UntilIn(State::kActive));

  const Snapshot snapshot = Only()->Snap();
  EXPECT_EQ(snapshot.description.names.console_id, "console-1");
  EXPECT_EQ(snapshot.description.user_agent, "Mozilla/5.0");
  EXPECT_EQ(snapshot.host->desktop_name, "fake host");
  EXPECT_EQ(snapshot.host->security_type, "None");
  EXPECT_EQ(snapshot.host->width, 640);
  EXPECT_EQ(Gauges(), 1);
  EXPECT_EQ(Admitted(), 1);
  EXPECT_EQ(Lines("session_opened"), 1U);
}

TEST_F(SessionTest, MovesBytesOnceJoined) {
  const auto viewing = View();
  ASSERT_TRUE(UntilIn(State::kActive));
  viewing->browser->Take();
  const std::string key = testing::U8(4) + testing::U8(1) + testing::U16(0) + testing::U32('a');

  host_->Say("picture");
  viewing->browser->Push(key);

  std::string seen;
  EXPECT_TRUE(Until([&] { return (seen += AsString(viewing->browser->Take())) == "picture"; }));
  EXPECT_TRUE(Until([&] { return host_->Heard() == key; }));
  EXPECT_EQ(Only()->Snap().bytes_to_viewer, 7U);
  EXPECT_EQ(Only()->Snap().last_input, clock_.Wall());
}

TEST_F(SessionTest, WhatTheViewerSaysBeforeServerInitReachesTheHost) {
  const auto viewing = View();
  const std::string key = testing::U8(4) + testing::U8(1) + testing::U16(0) + testing::U32('a');

  viewing->browser->Push(key);

  EXPECT_TRUE(Until([&] { return host_->Heard() == key; }));
}

TEST_F(SessionTest, AHostsLongNameIsCutForOthersAtACharactersBorder) {
  const std::string name(255, 'x');
  host_->SetName(name + "\u00e9" + std::string(60'000, 'y'));
  const auto viewing = View();

  ASSERT_TRUE(UntilIn(State::kActive));

  EXPECT_EQ(Only()->Snap().host->desktop_name, name);
  EXPECT_GT(viewing->browser->Take().size(), 60'000U);
}

TEST_F(SessionTest, ARefusedTokenIsToldAndCounted) {
  const auto viewing = View("no token at all");

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kTokenInvalid, false);
  EXPECT_EQ(host_->Connections(), 0U);
}

TEST_F(SessionTest, AFullNodeRefusesBeforeItOpensTheToken) {
  registry_.SetLimits({.sessions = 0});
  const auto viewing = View();

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kTooMany, false);
}

TEST_F(SessionTest, ATargetThatPolicyForbidsIsNeverDialled) {
  configuration_.targets.allow_denied.clear();
  const auto viewing = View();

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kForbidden, false);
  EXPECT_EQ(host_->Connections(), 0U);
}

TEST_F(SessionTest, ABlockRefusesAndLeavesNothingInTheRegistryWhileItSaysSo) {
  blocks_.Add(
      admission::MakeBlock(
          {.selector = {.kind = SelectorKind::kConsole, .value = "console-1", .addresses = {}},
           .reason = "Maintenance.",
           .creator = "test",
           .block_for = std::chrono::seconds(600)},
          clock_.Wall()),
      clock_.Wall(), [](const absl::Status& added) { EXPECT_TRUE(added.ok()); });
  const auto viewing = View();

  ASSERT_TRUE(UntilOver(*viewing));

  EXPECT_EQ(viewing->fate->ending->sentence, "Maintenance.");
  ExpectEnded(*viewing, EndReason::kRevoked, false);
  EXPECT_EQ(host_->Connections(), 0U);
}

TEST_F(SessionTest, DrainingRefuses) {
  const auto viewing = View();
  admission_->SetDraining(true);

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kDraining, false);
}

TEST_F(SessionTest, EveryWriteThatThrowsEndsAsABugOfOurs) {
  for (int write = 1; write <= 4; ++write) {
    const auto viewing = View(Mint(Payload("token-" + std::to_string(write))));
    viewing->stream->ThrowFrom(write);

    ASSERT_TRUE(UntilOver(*viewing)) << write;

    EXPECT_EQ(viewing->fate->ending->code, CloseCode(EndReason::kInternalError)) << write;
    EXPECT_EQ(Admissions(EndReason::kInternalError), write);
  }
  ExpectAllSettled(4);
}

TEST_F(SessionTest, AStoreThatThrowsEndsAsABugOfOurs) {
  store_.Be(HeldStore::Mode::kThrows);
  const auto viewing = View();

  ASSERT_TRUE(UntilOver(*viewing));

  ExpectEnded(*viewing, EndReason::kInternalError, false);
}

}  // namespace
}  // namespace porthole::session

#include "session_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace porthole::client::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

v1::Session SessionOf(const std::string& id, v1::SessionState state = v1::SESSION_STATE_ACTIVE) {
  v1::Session session;
  session.set_session_id(id);
  session.set_state(state);
  return session;
}

class SessionViewTest : public testing::Test {
 protected:
  // Takes one message and says what it changed, as "+a", "~a" and "-a".
  std::vector<std::string> Takes(v1::SessionEventType type,
                                 std::int64_t revision,
                                 const v1::Session& session = {}) {
    v1::WatchSessionsResponse message;
    message.set_type(type);
    message.set_boot_id(boot_id_);
    message.set_revision(revision);
    if (!session.session_id().empty()) {
      *message.mutable_session() = session;
    }
    std::vector<SessionChange> changes;
    taken_ = view_.Take(message, changes);
    std::vector<std::string> told;
    for (const SessionChange& change : changes) {
      told.push_back(std::string(1, "+~-"[static_cast<int>(change.kind)]) +
                     change.session.session_id());
      last_ = change.session;
    }
    return told;
  }

  std::vector<std::string> Synced(std::int64_t revision) {
    return Takes(v1::SESSION_EVENT_TYPE_SYNCED, revision);
  }
  std::vector<std::string> Live(const v1::Session& session) {
    return Takes(v1::SESSION_EVENT_TYPE_LIVE, 0, session);
  }
  std::vector<std::string> Changed(std::int64_t revision, const v1::Session& session) {
    return Takes(v1::SESSION_EVENT_TYPE_CHANGED, revision, session);
  }

  std::string boot_id_ = "boot-1";
  SessionView view_{v1::SessionFilter()};
  absl::Status taken_;
  v1::Session last_;
};

TEST_F(SessionViewTest, ShowsWhatIsLiveOnlyWhenAllOfItWasSaid) {
  view_.Begin();

  EXPECT_THAT(Live(SessionOf("a")), IsEmpty());
  EXPECT_THAT(Live(SessionOf("b")), IsEmpty());
  EXPECT_THAT(view_.Sessions(), IsEmpty());
  EXPECT_FALSE(view_.Synced());
  EXPECT_THAT(Synced(7), ElementsAre("+a", "+b"));
  EXPECT_TRUE(view_.Synced());
  EXPECT_EQ(view_.Sessions().size(), 2U);
}

TEST_F(SessionViewTest, FollowsChanges) {
  view_.Begin();
  Synced(1);

  EXPECT_THAT(Takes(v1::SESSION_EVENT_TYPE_OPENED, 2, SessionOf("a")), ElementsAre("+a"));
  EXPECT_THAT(Changed(3, SessionOf("a", v1::SESSION_STATE_ENDING)), ElementsAre("~a"));
  EXPECT_THAT(Changed(3, SessionOf("a", v1::SESSION_STATE_ENDING)), IsEmpty());
  EXPECT_THAT(Changed(4, SessionOf("comes-to-match")), ElementsAre("+comes-to-match"));
  EXPECT_THAT(Takes(v1::SESSION_EVENT_TYPE_HEARTBEAT, 9), IsEmpty());
  EXPECT_THAT(Takes(v1::SESSION_EVENT_TYPE_ENDED, 10, SessionOf("a")), ElementsAre("-a"));
  EXPECT_THAT(Takes(v1::SESSION_EVENT_TYPE_ENDED, 11, SessionOf("never-seen")), IsEmpty());
}

TEST_F(SessionViewTest, ResumesAfterTheLastMessage) {
  EXPECT_EQ(view_.Begin().boot_id(), "");
  Synced(1);
  Changed(5, SessionOf("a"));
  Takes(v1::SESSION_EVENT_TYPE_HEARTBEAT, 8);

  const v1::WatchSessionsRequest again = view_.Begin();

  EXPECT_EQ(again.boot_id(), "boot-1");
  EXPECT_EQ(again.revision(), 8);
  EXPECT_TRUE(view_.Resuming());
  EXPECT_FALSE(view_.Synced());
  view_.Resumed();
  EXPECT_TRUE(view_.Synced());
  EXPECT_THAT(Changed(9, SessionOf("b")), ElementsAre("+b"));
  EXPECT_THAT(Synced(9), IsEmpty()) << "what was there before must not vanish";
  EXPECT_EQ(view_.Sessions().size(), 2U);
}

TEST_F(SessionViewTest, DoesNotResumeAStreamThatHadNotSaidAllThatLives) {
  view_.Begin();
  Live(SessionOf("a"));

  EXPECT_EQ(view_.Begin().boot_id(), "");
  Live(SessionOf("b"));
  EXPECT_THAT(Synced(3), ElementsAre("+b")) << "a was of the stream before";
}

TEST_F(SessionViewTest, TellsWhatIsDifferentWhenItStartedAgain) {
  view_.Begin();
  Live(SessionOf("same"));
  Live(SessionOf("other"));
  Live(SessionOf("gone"));
  Synced(9);

  view_.StartAgain();
  boot_id_ = "boot-2";
  EXPECT_EQ(view_.Begin().boot_id(), "");
  EXPECT_EQ(view_.Sessions().size(), 3U);
  Live(SessionOf("same"));
  Live(SessionOf("other", v1::SESSION_STATE_ENDING));
  Live(SessionOf("new"));
  EXPECT_THAT(Synced(2), ElementsAre("-gone", "+new", "~other"));
  EXPECT_EQ(view_.Begin().revision(), 2) << "revisions count anew";
}

TEST_F(SessionViewTest, SaysOfASessionThatVanishedThatItHasEnded) {
  view_.Begin();
  Live(SessionOf("gone"));
  Synced(1);
  view_.StartAgain();
  view_.Begin();

  EXPECT_THAT(Synced(2), ElementsAre("-gone"));
  EXPECT_EQ(last_.state(), v1::SESSION_STATE_ENDED);
  EXPECT_EQ(last_.end_reason(), v1::END_REASON_UNSPECIFIED);
}

TEST_F(SessionViewTest, TakesNothingFromAnotherProcessInTheSameStream) {
  view_.Begin();
  Synced(1);
  boot_id_ = "boot-2";

  EXPECT_THAT(Changed(2, SessionOf("a")), IsEmpty());
  EXPECT_EQ(taken_.code(), absl::StatusCode::kOutOfRange);
}

TEST_F(SessionViewTest, WatchesEveryStateAndLetsOutThoseAskedFor) {
  v1::SessionFilter filter;
  filter.set_subject("alice");
  filter.add_states(v1::SESSION_STATE_ACTIVE);
  view_ = SessionView(filter);

  const v1::WatchSessionsRequest request = view_.Begin();

  EXPECT_EQ(request.filter().subject(), "alice");
  EXPECT_THAT(request.filter().states(), IsEmpty());
  Live(SessionOf("a", v1::SESSION_STATE_DIALLING));
  EXPECT_THAT(Synced(1), IsEmpty());
  EXPECT_THAT(Changed(2, SessionOf("a")), ElementsAre("+a"));
  EXPECT_THAT(Changed(3, SessionOf("a", v1::SESSION_STATE_ENDING)), ElementsAre("-a"));
  EXPECT_THAT(Takes(v1::SESSION_EVENT_TYPE_ENDED, 4, SessionOf("a")), IsEmpty());
}

}  // namespace
}  // namespace porthole::client::internal

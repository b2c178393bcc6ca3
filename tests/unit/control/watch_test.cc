#include "fixture.h"
#include "watching.h"

#include <gmock/gmock.h>

#include <deque>
#include <thread>

namespace porthole::control {
namespace {

using session::State;
using testing::ElementsAre;

class WatchTest : public ControlTest {
 protected:
  void SetUp() override { Serve(OnUnixSocket()); }

  std::unique_ptr<Watching> Watch(const v1::WatchSessionsRequest& request = {}) {
    return std::make_unique<Watching>(*session_stub_, request);
  }
  std::unique_ptr<Watching> WatchFrom(const std::string& boot_id, std::int64_t revision) {
    v1::WatchSessionsRequest request;
    request.set_boot_id(boot_id);
    request.set_revision(revision);
    return Watch(request);
  }
  static std::vector<std::string> Tell(const std::vector<v1::WatchSessionsResponse>& messages) {
    std::vector<std::string> told;
    told.reserve(messages.size());
    for (const v1::WatchSessionsResponse& message : messages) {
      told.push_back(Told(message));
    }
    return told;
  }
  // Waits until the metric says so; false after 20 s.
  bool UntilWatchers(double count) const {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (CountOf("porthole_watchers") != count) {
      if (std::chrono::steady_clock::now() > until) {
        return false;
      }
      std::this_thread::yield();
    }
    return true;
  }
};

TEST_F(WatchTest, TellsWhatIsLiveAndThenEachChange) {
  const FakeSession one(sessions_, Describe(1));
  one.Record().SetState(State::kActive);
  const auto watch = Watch();

  const auto live = watch->Until(v1::SESSION_EVENT_TYPE_SYNCED);
  EXPECT_THAT(Tell(live), ElementsAre("LIVE session-1 ACTIVE", "SYNCED"));
  FakeSession two(sessions_, Describe(2));
  two.Record().SetState(State::kDialling);
  two.Record().DecideEnd({EndReason::kHostUnreachable, ""});
  two.Record().SetEndTime(clock_.Wall());
  two.Leave();
  const auto changes = watch->Until(v1::SESSION_EVENT_TYPE_ENDED);

  EXPECT_THAT(Tell(changes), ElementsAre("OPENED session-2 ADMITTING", "CHANGED session-2 DIALLING",
                                         "ENDED session-2 ENDED"));
  EXPECT_EQ(changes[1].session().end_reason(), v1::END_REASON_UNSPECIFIED);
  EXPECT_EQ(changes[2].session().end_reason(), v1::END_REASON_HOST_UNREACHABLE);
  EXPECT_EQ(changes[2].session().end_time().seconds(), 1'790'000'000);
  EXPECT_EQ(changes[2].session().node_id(), "node-1");
  std::int64_t revision = live.back().revision();
  for (const auto& change : changes) {
    EXPECT_EQ(change.boot_id(), "boot-1");
    EXPECT_EQ(change.revision(), ++revision);
  }
}

TEST_F(WatchTest, FiltersAsAListDoes) {
  v1::WatchSessionsRequest request;
  request.mutable_filter()->set_console_id("console-7");
  const FakeSession other(sessions_, Describe(1));
  const auto watch = Watch(request);
  EXPECT_THAT(Tell(watch->Until(v1::SESSION_EVENT_TYPE_SYNCED)), ElementsAre("SYNCED"));

  const FakeSession another(sessions_, Describe(2));
  const FakeSession meant(sessions_, Describe(3, "console-7"));

  const v1::WatchSessionsResponse first = watch->Next();
  EXPECT_EQ(Told(first), "OPENED session-3 ADMITTING");
  EXPECT_EQ(first.revision(), 3);
}

// It hears when a session comes to match, when it ceases to, and of its end.
TEST_F(WatchTest, FollowsASessionInAndOutOfTheStatesOfItsFilter) {
  v1::WatchSessionsRequest request;
  request.mutable_filter()->add_states(v1::SESSION_STATE_ACTIVE);
  const auto watch = Watch(request);
  watch->Sync();

  FakeSession never(sessions_, Describe(1));
  never.Record().SetState(State::kDialling);
  never.Leave();
  FakeSession meant(sessions_, Describe(2));
  for (const State state :
       {State::kDialling, State::kHandshaking, State::kActive, State::kEnding}) {
    meant.Record().SetState(state);
  }
  meant.Leave();

  EXPECT_THAT(
      Tell(watch->Until(v1::SESSION_EVENT_TYPE_ENDED)),
      ElementsAre("CHANGED session-2 ACTIVE", "CHANGED session-2 ENDING", "ENDED session-2 ENDED"));
}

TEST_F(WatchTest, ResumesWhereTheLastOneStopped) {
  const FakeSession one(sessions_, Describe(1));
  const auto first = Watch();
  const std::int64_t revision = first->Until(v1::SESSION_EVENT_TYPE_SYNCED).back().revision();
  one.Record().SetState(State::kDialling);
  one.Record().SetState(State::kActive);

  const auto second = WatchFrom("boot-1", revision);

  EXPECT_EQ(Told(second->Next()), "CHANGED session-1 DIALLING");
  const auto last = second->Next();
  EXPECT_EQ(Told(last), "CHANGED session-1 ACTIVE");
  const auto third = WatchFrom("boot-1", last.revision());
  one.Record().SetState(State::kEnding);
  EXPECT_EQ(Told(third->Next()), "CHANGED session-1 ENDING");
}

TEST_F(WatchTest, RefusesToResumeWhatItDoesNotHold) {
  const FakeSession one(sessions_, Describe(1));

  EXPECT_EQ(WatchFrom("boot-0", 1)->Finish().error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(WatchFrom("boot-1", 99)->Finish().error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(WatchFrom("boot-1", -1)->Finish().error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(WatchFrom("", 1)->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  for (std::size_t i = 0; i < session::EventRing::kCapacity; ++i) {
    one.Record().SetState(State::kActive);
  }
  EXPECT_EQ(WatchFrom("boot-1", 0)->Finish().error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(Told(WatchFrom("boot-1", 1)->Next()), "CHANGED session-1 ACTIVE");
}

TEST_F(WatchTest, RefusesAFilterThatMeansNothing) {
  v1::WatchSessionsRequest request;
  request.mutable_filter()->set_client_address("nowhere");

  const grpc::Status status = Watch(request)->Finish();

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), testing::HasSubstr("filter.client_address"));
}

TEST_F(WatchTest, ListsManyInChunks) {
  std::deque<FakeSession> many;
  for (int i = 0; i < 200; ++i) {
    many.emplace_back(sessions_, Describe(i, "console-" + std::to_string(i), std::to_string(i)));
  }

  const auto watch = Watch();

  const auto live = watch->Until(v1::SESSION_EVENT_TYPE_SYNCED);

  ASSERT_EQ(live.size(), 201U) << Told(live.back()) << watch->Finish().error_message();
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(live[static_cast<std::size_t>(i)].session().session_id(),
              "session-" + std::to_string(i));
  }
}

// Whatever happens while it lists: nobody is seen to go back, and nobody is forgotten.
TEST_F(WatchTest, ShowsEachSessionOnlyEverForward) {
  std::deque<FakeSession> many;
  for (int i = 0; i < 150; ++i) {
    many.emplace_back(sessions_, Describe(i, "console-" + std::to_string(i), std::to_string(i)));
  }
  std::thread worker([&many] {
    for (const State state : {State::kDialling, State::kActive, State::kEnding}) {
      for (const FakeSession& session : many) {
        session.Record().SetState(state);
      }
    }
    for (FakeSession& session : many) {
      session.Leave();
    }
  });
  const auto watch = Watch();

  std::map<std::string, int> states;
  std::size_t ended = 0;
  bool synced = false;
  while (!synced || ended < states.size()) {
    const v1::WatchSessionsResponse message = watch->Next();
    ASSERT_NE(message.type(), v1::SESSION_EVENT_TYPE_UNSPECIFIED);
    synced = synced || message.type() == v1::SESSION_EVENT_TYPE_SYNCED;
    if (message.has_session()) {
      int& state = states[message.session().session_id()];
      EXPECT_LT(state, message.session().state()) << Told(message);
      state = message.session().state();
    }
    ended += message.type() == v1::SESSION_EVENT_TYPE_ENDED ? 1 : 0;
  }
  worker.join();
}

TEST_F(WatchTest, AHundredWatchAtOnce) {
  constexpr int kWatches = 100;
  std::vector<std::unique_ptr<Watching>> watches(kWatches);
  for (auto& watch : watches) {
    watch = Watch();
  }
  for (const auto& watch : watches) {
    watch->Sync();
  }
  EXPECT_EQ(CountOf("porthole_watchers"), kWatches);

  FakeSession session(sessions_, Describe(1));
  session.Leave();

  for (const auto& watch : watches) {
    EXPECT_THAT(Tell(watch->Until(v1::SESSION_EVENT_TYPE_ENDED)),
                ElementsAre("OPENED session-1 ADMITTING", "ENDED session-1 ENDED"));
  }
  watches.clear();
  EXPECT_TRUE(UntilWatchers(0));
}

TEST_F(WatchTest, ACancelledWatchIsGoneAndCounted) {
  const auto watch = Watch();
  watch->Sync();

  watch->Cancel();

  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(UntilWatchers(0));
}

TEST_F(WatchTest, EndsWithTheServerAfterSayingEverything) {
  const auto watch = Watch();
  watch->Sync();
  FakeSession session(sessions_, Describe(1));
  session.Leave();

  std::thread reader([&watch] { watch->Until(v1::SESSION_EVENT_TYPE_ENDED); });
  const auto begun = std::chrono::steady_clock::now();
  server_->Shutdown(std::chrono::seconds(20));
  reader.join();

  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

// What one caller may have under way on one connection; the next call waits its turn.
TEST_F(WatchTest, AConnectionCarriesABoundedNumberOfCalls) {
  constexpr int kMost = 256;
  std::vector<std::unique_ptr<Watching>> watches;
  for (int i = 0; i < kMost; ++i) {
    watches.push_back(Watch());
    watches.back()->Sync();
  }
  const auto get_node = [this](std::chrono::milliseconds limit) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + limit);
    v1::GetNodeResponse response;
    return node_->GetNode(&context, v1::GetNodeRequest(), &response).error_code();
  };
  EXPECT_EQ(get_node(std::chrono::milliseconds(300)), grpc::StatusCode::DEADLINE_EXCEEDED);

  watches.pop_back();

  EXPECT_EQ(get_node(std::chrono::seconds(20)), grpc::StatusCode::OK);
}

class WatchLimitsTest : public WatchTest {
 protected:
  WatchLimitsTest() {
    watch_limits_ = {.watches = 2,
                     .heartbeat = std::chrono::milliseconds(50),
                     .grace = std::chrono::milliseconds(300)};
  }
};

TEST_F(WatchLimitsTest, SaysThatItIsThereWhenNothingHappens) {
  v1::WatchSessionsRequest request;
  request.mutable_filter()->set_subject("nobody");
  const auto watch = Watch(request);
  watch->Sync();
  const FakeSession session(sessions_, Describe(1));

  const auto beats = watch->Until(v1::SESSION_EVENT_TYPE_HEARTBEAT);

  ASSERT_EQ(beats.size(), 1U);
  std::int64_t revision = beats.back().revision();
  while (revision == 0) {  // one that was on its way when the session came
    revision = watch->Next().revision();
  }
  EXPECT_EQ(revision, 1) << "the revision grows though the filter lets nothing through";
}

TEST_F(WatchLimitsTest, TakesNoMoreThanItMay) {
  const auto one = Watch();
  const auto two = Watch();
  one->Sync();
  two->Sync();

  EXPECT_EQ(Watch()->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);

  one->Cancel();
  one->Finish();
  EXPECT_TRUE(UntilWatchers(1));
  const auto three = Watch();
  three->Sync();
}

// One does not read, the other does, and the sessions change faster than the first could follow.
TEST_F(WatchLimitsTest, OneThatDoesNotReadIsCancelledAndDisturbsNobody) {
  const auto deaf = Watch();
  deaf->Sync();
  const auto good = Watch();
  good->Sync();
  const FakeSession session(sessions_, Describe(1));
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(90);
  constexpr int kBatch = 2000;  // the ring holds more for the one that reads
  std::int64_t seen = 0;
  while (CountOf("porthole_watchers") == 2 && std::chrono::steady_clock::now() < until) {
    const auto last = static_cast<std::int64_t>(sessions_.Events().Last()) + kBatch;
    for (int i = 0; i < kBatch; ++i) {
      session.Record().SetState(State::kActive);
    }
    while (seen < last) {
      const std::int64_t next = good->Next().revision();
      ASSERT_GE(next, seen);
      seen = next;
    }
  }

  EXPECT_EQ(CountOf("porthole_watchers"), 1);
  const grpc::Status status = deaf->Finish();
  EXPECT_TRUE(status.error_code() == grpc::StatusCode::CANCELLED ||
              status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED)
      << status.error_message();
  session.Record().SetState(State::kEnding);
  EXPECT_EQ(Told(good->Until(v1::SESSION_EVENT_TYPE_CHANGED).back()), "CHANGED session-1 ENDING");
}

class SlowWatchTest : public WatchTest {
 protected:
  SlowWatchTest() { watch_limits_.grace = std::chrono::minutes(10); }
};

// One that reads again before it is cancelled learns why it ends.
TEST_F(SlowWatchTest, OneThatReadsTooSlowlyIsToldToStartAgain) {
  const auto slow = Watch();
  slow->Sync();
  const FakeSession session(sessions_, Describe(1));
  for (int i = 0; i < 60'000; ++i) {
    session.Record().SetState(State::kActive);
  }

  const grpc::Status status = slow->Finish();

  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
  EXPECT_THAT(status.error_message(), testing::HasSubstr("from the beginning"));
  EXPECT_TRUE(UntilWatchers(0));
}

// The stream of one that does not read is cut when the time of a shutdown is over.
TEST_F(SlowWatchTest, AStuckWatchDoesNotHoldAShutdown) {
  const auto deaf = Watch();
  deaf->Sync();
  const FakeSession session(sessions_, Describe(1));
  for (int i = 0; i < 60'000; ++i) {
    session.Record().SetState(State::kActive);
  }
  const auto begun = std::chrono::steady_clock::now();

  server_->Shutdown(std::chrono::milliseconds(200));

  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
  EXPECT_EQ(CountOf("porthole_watchers"), 0);
}

}  // namespace
}  // namespace porthole::control

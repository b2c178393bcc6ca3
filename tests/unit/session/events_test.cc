#include "session/events.h"

#include "session/registry.h"
#include "tests/unit/session/describe.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <thread>

namespace porthole::session {
namespace {

class EventsTest : public ::testing::Test {
 protected:
  Entry Enter(const std::string& id) {
    return std::get<Entry>(registry_.Enter(Describe({.id = id}), [] {}));
  }

  std::vector<EventPtr> After(std::uint64_t revision) const {
    return registry_.Events().After(revision, 1000).value_or(std::vector<EventPtr>());
  }

  SessionRegistry registry_{Limits(), 8};
};

TEST_F(EventsTest, EachChangeIsAnEventWithTheSessionAsItWas) {
  {
    const Entry entry = Enter("a");
    entry->SetState(State::kDialling);
    HostFacts host;
    host.width = 640;
    entry->SetHost(host);
    entry->Moved().bytes_to_host = 7;
    entry->DecideEnd({EndReason::kHostClosed, "bye"});
    entry->SetState(State::kEnding);
    entry->SetEndTime(WallTime(std::chrono::seconds(5)));
  }

  const std::vector<EventPtr> events = After(0);

  ASSERT_EQ(events.size(), 5U);
  EXPECT_EQ(events[0]->kind, EventKind::kOpened);
  EXPECT_EQ(events[0]->Snap().state, State::kAdmitting);
  EXPECT_EQ(events[1]->before, State::kAdmitting);
  EXPECT_EQ(events[1]->Snap().state, State::kDialling);
  EXPECT_FALSE(events[1]->Snap().host.has_value());
  EXPECT_FALSE(events[1]->Snap().end.has_value());
  EXPECT_EQ(events[2]->Snap().host->width, 640);
  EXPECT_EQ(events[3]->Snap().end->reason, EndReason::kHostClosed);
  EXPECT_EQ(events[3]->Snap().bytes_to_host, 7U);
  EXPECT_EQ(events[4]->kind, EventKind::kEnded);
  EXPECT_EQ(events[4]->Snap().state, State::kEnded);
  EXPECT_EQ(events[4]->Snap().ended, WallTime(std::chrono::seconds(5)));
  EXPECT_EQ(events[4]->Snap().description.names.session_id, "a");
  EXPECT_EQ(events[4]->passed, BitOf(State::kAdmitting) | BitOf(State::kDialling) |
                                   BitOf(State::kEnding) | BitOf(State::kEnded));
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i]->revision, i + 1);
  }
}

TEST_F(EventsTest, ASessionKnowsItsLastRevision) {
  const Entry one = Enter("a");
  const Entry two = Enter("b");
  one->SetState(State::kDialling);

  EXPECT_EQ(one->Snap().revision, 3U);
  EXPECT_EQ(two->Snap().revision, 2U);
}

TEST_F(EventsTest, HoldsTheLastOnesOnly) {
  const Entry entry = Enter("a");
  for (int i = 0; i < 11; ++i) {
    entry->SetState(State::kActive);
  }

  const EventRing& ring = registry_.Events();
  EXPECT_EQ(ring.Last(), 12U);
  EXPECT_FALSE(ring.After(3, 10).has_value());
  EXPECT_FALSE(ring.HoldsAfter(3));
  EXPECT_EQ(ring.After(4, 100)->size(), 8U);
  EXPECT_EQ(ring.After(4, 3)->back()->revision, 7U);
  EXPECT_TRUE(ring.After(12, 10)->empty());
  EXPECT_FALSE(ring.After(13, 10).has_value()) << "a revision that never was";
}

TEST_F(EventsTest, HoldsNoSessionForEver) {
  std::weak_ptr<Record> record;
  {
    const Entry entry = Enter("a");
    record = entry.Shared();
  }
  EXPECT_FALSE(record.expired());
  for (int i = 0; i < 4; ++i) {
    Enter("b");
  }
  EXPECT_TRUE(record.expired());
}

TEST_F(EventsTest, WaitingEndsWithAnEventAWakeOrTheDeadline) {
  using Clock = std::chrono::steady_clock;
  EventRing& ring = registry_.Events();
  const std::atomic<bool> awake = true;
  std::atomic<bool> woken = false;
  EXPECT_EQ(ring.WaitPast(0, Clock::now() - std::chrono::seconds(1), woken), 0U);
  EXPECT_EQ(ring.WaitPast(0, Clock::now() + std::chrono::hours(1), awake), 0U);
  std::thread sleeper([&] { ring.WaitPast(100, Clock::now() + std::chrono::hours(1), woken); });
  woken = true;
  ring.Wake();
  sleeper.join();
  woken = false;
  std::atomic<std::uint64_t> seen = 0;
  std::thread waiter([&] { seen = ring.WaitPast(1, Clock::now() + std::chrono::hours(1), woken); });
  const Entry entry = Enter("a");
  EXPECT_EQ(seen, 0U);

  entry->SetState(State::kActive);
  waiter.join();

  EXPECT_EQ(seen, 2U);
}

// Whoever asks for the last revision, lists, and follows the events from there, misses nothing.
TEST_F(EventsTest, AListAndTheEventsAfterItLeaveNothingOut) {
  SessionRegistry registry(Limits(), 100'000);
  std::atomic<bool> done = false;
  std::thread sessions([&] {
    for (int i = 0; i < 3000; ++i) {
      std::get<Entry>(registry.Enter(Describe({.id = std::to_string(i)}), [] {}));
    }
    done = true;
  });
  while (!done) {
    const std::uint64_t revision = registry.Events().Last();
    std::map<std::string, bool> live;
    for (const std::shared_ptr<Record>& record : registry.List(0, 100)) {
      live[record->Names().session_id] = true;
    }
    const std::uint64_t now = registry.Events().Last();
    const auto events = registry.Events().After(revision, now - revision);
    ASSERT_TRUE(events.has_value());
    for (const EventPtr& event : *events) {
      live[event->record->Names().session_id] = event->kind != EventKind::kEnded;
    }
    // The sessions come one by one, so that at most the last one lives.
    int living = 0;
    for (const auto& [id, lives] : live) {
      living += lives ? 1 : 0;
    }
    ASSERT_LE(living, 1);
  }
  sessions.join();
}

}  // namespace
}  // namespace porthole::session

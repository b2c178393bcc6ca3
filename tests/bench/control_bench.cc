// What the control API costs the data plane: how late watchers hear of a session, and for how long
// a list keeps a worker from entering or leaving the registry. Prints figures; expects nothing of
// them.

#include "fixture.h"
#include "watching.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <thread>
#include <vector>

namespace porthole::control {
namespace {

using Clock = std::chrono::steady_clock;

double Milliseconds(Clock::duration span) {
  return std::chrono::duration<double, std::milli>(span).count();
}

double Percentile(std::vector<double>& values, double part) {
  std::ranges::sort(values);
  return values.empty()
             ? 0
             : values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

class ControlBench : public ControlTest {
 protected:
  void SetUp() override { Serve(OnUnixSocket()); }
};

constexpr int kWatchers = 100;
constexpr int kSessions = 5000;

TEST_F(ControlBench, LagOfAHundredWatchers) {
  const int per_second = std::getenv("RATE") == nullptr ? 1000 : std::atoi(std::getenv("RATE"));
  const int count = per_second * 5;
  std::vector<Clock::time_point> closed(static_cast<std::size_t>(count) + 1);
  std::vector<std::vector<double>> lags(kWatchers);
  std::atomic<int> synced = 0;
  std::atomic<int> cut = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < kWatchers; ++i) {
    readers.emplace_back([&, i] {
      Watching watching(*session_stub_, {});
      watching.Sync();
      ++synced;
      for (int seen = 0; seen < count;) {
        const v1::WatchSessionsResponse message = watching.Next();
        if (message.type() == v1::SESSION_EVENT_TYPE_UNSPECIFIED) {
          ++cut;
          return;
        }
        if (message.type() == v1::SESSION_EVENT_TYPE_ENDED) {
          ++seen;
          const auto number =
              static_cast<std::size_t>(std::stoi(message.session().session_id().substr(8)));
          lags[static_cast<std::size_t>(i)].push_back(Milliseconds(Clock::now() - closed[number]));
        }
      }
    });
  }
  while (synced < kWatchers) {
    std::this_thread::yield();
  }
  const Clock::time_point begun = Clock::now();
  for (int number = 0; number < count; ++number) {
    std::this_thread::sleep_until(begun +
                                  std::chrono::microseconds(1'000'000LL * number / per_second));
    FakeSession session(sessions_, Describe(number));
    closed[static_cast<std::size_t>(number)] = Clock::now();
    session.Leave();
  }
  const double seconds = Milliseconds(Clock::now() - begun) / 1000;
  for (std::thread& reader : readers) {
    reader.join();
  }
  std::vector<double> all;
  for (const std::vector<double>& one : lags) {
    all.insert(all.end(), one.begin(), one.end());
  }
  std::printf("watchers %d, opens and closes a second %.0f, cut %d: lag p50 %.2f ms, p99 %.2f ms\n",
              kWatchers, count / seconds, cut.load(), Percentile(all, 0.5), Percentile(all, 0.99));
}

TEST_F(ControlBench, StallWhileAllAreListed) {
  sessions_.SetLimits(
      {.sessions = 10'000, .per_console = 10'000, .per_subject = 10'000, .per_address = 10'000});
  std::deque<FakeSession> many;
  for (int i = 0; i < kSessions; ++i) {
    many.emplace_back(sessions_, Describe(i));
  }
  std::atomic<bool> done = false;
  std::vector<double> stalls;
  std::thread worker([&] {  // what a worker does to the registry, one session after the other
    for (int number = kSessions; !done; ++number) {
      const Clock::time_point begun = Clock::now();
      FakeSession session(sessions_, Describe(number));
      session.Record().SetState(session::State::kDialling);
      session.Leave();
      stalls.push_back(Milliseconds(Clock::now() - begun));
    }
  });
  const Clock::time_point begun = Clock::now();
  int lists = 0;
  for (; Clock::now() - begun < std::chrono::seconds(3); ++lists) {
    v1::ListSessionsRequest request;
    request.set_page_size(1000);
    do {
      v1::ListSessionsResponse response;
      if (!Call(*session_stub_, &v1::SessionService::Stub::ListSessions, request, response).ok()) {
        break;
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
  }
  done = true;
  worker.join();
  std::printf(
      "%d sessions listed %d times: an open and close took p50 %.3f ms, p99 %.3f ms, at most "
      "%.3f ms\n",
      kSessions, lists, Percentile(stalls, 0.5), Percentile(stalls, 0.99), Percentile(stalls, 1));
}

}  // namespace
}  // namespace porthole::control

// What the control API costs the data plane: how late watchers hear of a session, and for how long
// a list keeps a worker from entering or leaving the registry. Prints figures; expects nothing of
// them.

#include "fixture.h"
#include "watching.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <deque>
#include <string>
#include <string_view>
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

  // Opens and closes a session for each place in `closed`, at an even pace; gives the seconds
  // taken.
  double OpenAndClose(std::vector<Clock::time_point>& closed, int per_second) {
    const Clock::time_point begun = Clock::now();
    for (std::size_t number = 0; number < closed.size(); ++number) {
      std::this_thread::sleep_until(begun + std::chrono::microseconds(1'000'000) *
                                                static_cast<long>(number) / per_second);
      FakeSession session(sessions_, Describe(static_cast<int>(number)));
      closed[number] = Clock::now();
      session.Leave();
    }
    return Milliseconds(Clock::now() - begun) / 1000;
  }
};

constexpr int kWatchers = 100;
constexpr int kSessions = 5000;

// A watcher that notes how late it hears of each end.
class Reader {
 public:
  // Reads until it has heard of as many ends as there are in `closed`, or was cut off.
  void Read(v1::SessionService::Stub& stub,
            const std::vector<Clock::time_point>& closed,
            std::atomic<int>& synced) {
    Watching watching(stub, {});
    watching.Sync();
    ++synced;
    while (lags_.size() < closed.size() && !cut_) {
      const v1::WatchSessionsResponse message = watching.Next();
      cut_ = message.type() == v1::SESSION_EVENT_TYPE_UNSPECIFIED;
      if (message.type() == v1::SESSION_EVENT_TYPE_ENDED) {
        const std::string number = message.session().session_id().substr(kPrefix.size());
        lags_.push_back(Milliseconds(Clock::now() - closed.at(std::stoul(number))));
      }
    }
  }

  bool Cut() const { return cut_; }
  const std::vector<double>& Lags() const { return lags_; }

 private:
  static constexpr std::string_view kPrefix = "session-";

  bool cut_ = false;
  std::vector<double> lags_;
};

TEST_F(ControlBench, LagOfAHundredWatchers) {
  for (const int per_second : {50, 200, 1000}) {
    std::vector<Clock::time_point> closed(static_cast<std::size_t>(per_second) * 5);
    std::vector<Reader> readers(kWatchers);
    std::atomic<int> synced = 0;
    std::vector<std::jthread> threads;
    threads.reserve(kWatchers);
    for (Reader& reader : readers) {
      threads.emplace_back([&] { reader.Read(*session_stub_, closed, synced); });
    }
    while (synced < kWatchers) {
      std::this_thread::yield();
    }
    const double seconds = OpenAndClose(closed, per_second);
    threads.clear();
    std::vector<double> all;
    for (const Reader& reader : readers) {
      all.insert(all.end(), reader.Lags().begin(), reader.Lags().end());
    }
    std::printf(
        "watchers %d, opens and closes a second %.0f, cut %td: lag p50 %.2f ms, p99 %.2f ms\n",
        kWatchers, static_cast<double>(closed.size()) / seconds,
        std::ranges::count_if(readers, &Reader::Cut), Percentile(all, 0.5), Percentile(all, 0.99));
  }
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

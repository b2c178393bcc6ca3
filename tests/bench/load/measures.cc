#include "tests/bench/load/measures.h"

#include "tests/bench/load/samples.h"

#include <boost/json/serialize.hpp>

#include <deque>
#include <iostream>

namespace porthole::bench {
namespace {

// Nearer requests are sent together: a timer for each would cost more than the request.
constexpr std::chrono::microseconds kTick(200);
constexpr std::chrono::milliseconds kSlowTick(100);
constexpr std::chrono::seconds kLastAnswers(30);

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

void TurnUntil(Crowd& crowd, Clock::time_point end) {
  for (Clock::time_point now = Clock::now(); now < end; now = Clock::now()) {
    crowd.Turn(end - now);
  }
}

void AddLosses(const Crowd& crowd, boost::json::object& result) {
  result["lost"] = crowd.Lost();
  result["complaint"] = crowd.Complaint();
  // On the clock that Python calls monotonic.
  result["last_loss_s"] = Seconds(crowd.LastLoss().time_since_epoch());
}

void RequestAll(Crowd& crowd) {
  for (std::size_t slot = 0; slot < crowd.Size(); ++slot) {
    crowd.At(slot).Request();
    crowd.Settle(slot);
  }
}

// What all received between two moments, `run` leading from one to the other.
template <typename Run>
boost::json::object Counted(Crowd& crowd, const Measure& measure, Run run) {
  run(Clock::now() + measure.warm_up);
  Say({{"event", "begin"}});
  const Clock::time_point began = Clock::now();
  const std::uint64_t before = crowd.Received();
  run(began + measure.time);
  boost::json::object result = {{"event", "result"}};
  result["seconds"] = Seconds(Clock::now() - began);
  result["bytes"] = crowd.Received() - before;
  AddLosses(crowd, result);
  return result;
}

// Requests on their way, and when each was sent.
class Requests {
 public:
  Requests(Crowd& crowd, std::size_t update_bytes)
      : crowd_(crowd), update_bytes_(update_bytes), waiting_(crowd.Size()) {
    crowd_.OnAdvance([this](std::size_t slot, Viewer& viewer) { Answered(slot, viewer); });
    for (std::size_t slot = 0; slot < crowd.Size(); ++slot) {
      waiting_[slot].received = crowd.At(slot).Received();
    }
  }
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;
  Requests(Requests&&) = delete;
  Requests& operator=(Requests&&) = delete;
  ~Requests() { crowd_.OnAdvance(nullptr); }

  void Send() {
    const std::size_t slot = next_++ % crowd_.Size();
    if (crowd_.At(slot).At() != Viewer::Stage::kLive) {
      return;
    }
    waiting_[slot].sent.push_back(Clock::now());
    ++unanswered_;
    crowd_.At(slot).Request();
    crowd_.Settle(slot);
  }
  // Forgets what was measured so far.
  void Begin() { samples_ = {}; }
  std::size_t Unanswered() const { return unanswered_; }
  Samples& Taken() { return samples_; }

 private:
  struct Waiting {
    std::deque<Clock::time_point> sent;
    std::uint64_t received = 0;
  };

  void Answered(std::size_t slot, Viewer& viewer) {
    Waiting& waiting = waiting_[slot];
    const Clock::time_point now = Clock::now();
    while (!waiting.sent.empty() && viewer.Received() - waiting.received >= update_bytes_) {
      samples_.Add(now - waiting.sent.front());
      waiting.sent.pop_front();
      waiting.received += update_bytes_;
      --unanswered_;
    }
  }

  Crowd& crowd_;
  std::size_t update_bytes_;
  std::vector<Waiting> waiting_;
  std::size_t next_ = 0;
  std::size_t unanswered_ = 0;
  Samples samples_;
};

void SendUntil(Crowd& crowd, Requests& requests, double rate, Clock::time_point end) {
  const Clock::time_point began = Clock::now();
  std::uint64_t sent = 0;
  for (Clock::time_point now = began; now < end; now = Clock::now()) {
    while (static_cast<double>(sent) < Seconds(now - began) * rate) {
      requests.Send();
      ++sent;
    }
    const auto due = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>(static_cast<double>(sent) / rate));
    crowd.Turn(std::max<std::chrono::nanoseconds>(began + due - Clock::now(), kTick));
  }
}

}  // namespace

void Say(const boost::json::object& event) {
  std::cout << boost::json::serialize(event) << '\n' << std::flush;
}

boost::json::object Flood(Crowd& crowd, const Measure& measure) {
  crowd.PauseAll(false);
  RequestAll(crowd);
  boost::json::object result =
      Counted(crowd, measure, [&crowd](Clock::time_point end) { TurnUntil(crowd, end); });
  crowd.PauseAll(true);
  return result;
}

boost::json::object Hold(Crowd& crowd, const Measure& measure) {
  return Counted(crowd, measure, [&crowd](Clock::time_point end) { TurnUntil(crowd, end); });
}

boost::json::object Slow(Crowd& crowd, const Measure& measure) {
  crowd.PauseAll(true);
  RequestAll(crowd);
  const std::size_t part = measure.slow_bytes / (std::chrono::seconds(1) / kSlowTick);
  return Counted(crowd, measure, [&crowd, part](Clock::time_point end) {
    for (Clock::time_point now = Clock::now(); now < end; now += kSlowTick) {
      for (std::size_t slot = 0; slot < crowd.Size(); ++slot) {
        crowd.ReadSome(slot, part);
      }
      TurnUntil(crowd, std::min(now + kSlowTick, end));
    }
  });
}

boost::json::object Paced(Crowd& crowd, const Measure& measure) {
  Requests requests(crowd, measure.update_bytes);
  SendUntil(crowd, requests, measure.rate, Clock::now() + measure.warm_up);
  Say({{"event", "begin"}});
  requests.Begin();
  const Clock::time_point began = Clock::now();
  SendUntil(crowd, requests, measure.rate, began + measure.time);
  const Clock::time_point last = Clock::now() + kLastAnswers;
  while (requests.Unanswered() > 0 && Clock::now() < last) {
    crowd.Turn(kTick);
  }
  boost::json::object result = {{"event", "result"}};
  result["seconds"] = Seconds(Clock::now() - began);
  result["updates"] = requests.Taken().Count();
  result["unanswered"] = requests.Unanswered();
  requests.Taken().Describe(result);
  AddLosses(crowd, result);
  return result;
}

}  // namespace porthole::bench

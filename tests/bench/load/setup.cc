#include "tests/bench/load/measures.h"
#include "tests/bench/load/samples.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace porthole::bench {
namespace {

constexpr std::chrono::milliseconds kPatience(100);
constexpr std::chrono::seconds kLongestSilence(20);

// Sessions that come and go, at most so many at a time.
class Traffic {
 public:
  Traffic(Crowd& crowd, const Setup& setup) : crowd_(crowd), setup_(setup), live_(setup.parallel) {
    for (std::size_t slot = setup.parallel; slot > 0; --slot) {
      free_.push_back(slot - 1);
    }
    crowd_.OnAdvance([this](std::size_t slot, Viewer& viewer) { Advanced(slot, viewer); });
  }
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;
  Traffic(Traffic&&) = delete;
  Traffic& operator=(Traffic&&) = delete;
  ~Traffic() { crowd_.OnAdvance(nullptr); }

  boost::json::object Run() {
    while (ended_ < setup_.sessions) {
      StartWhatIsDue();
      crowd_.Turn(Patience());
      if (Clock::now() - progress_ > kLongestSilence) {
        throw std::runtime_error("no session opened or ended for a long time");
      }
    }
    const double took = std::chrono::duration<double>(Clock::now() - began_).count();
    boost::json::object result = {{"event", "result"}, {"seconds", took}};
    result["sessions"] = times_.Count();
    result["per_second"] = static_cast<double>(times_.Count()) / took;
    result["resumed"] = resumed_;
    result["lost"] = crowd_.Lost();
    result["complaint"] = crowd_.Complaint();
    times_.Describe(result);
    return result;
  }

 private:
  // How many may have been started by now.
  std::size_t Due() const {
    if (setup_.rate <= 0) {
      return setup_.sessions;
    }
    const double passed = std::chrono::duration<double>(Clock::now() - began_).count();
    return std::min(setup_.sessions, static_cast<std::size_t>(passed * setup_.rate) + 1);
  }

  std::chrono::nanoseconds Patience() const {
    if (setup_.rate <= 0) {
      return kPatience;
    }
    return std::min<std::chrono::nanoseconds>(
        kPatience, std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / setup_.rate)));
  }

  void StartWhatIsDue() {
    const std::size_t due = Due();
    while (started_ < due && !free_.empty()) {
      live_[free_.back()] = Life::kOpening;
      crowd_.Start(free_.back());
      free_.pop_back();
      ++started_;
      progress_ = Clock::now();
    }
  }

  void Advanced(std::size_t slot, Viewer& viewer) {
    if (viewer.At() == Viewer::Stage::kLive && live_[slot] == Life::kOpening) {
      live_[slot] = Life::kClosing;
      progress_ = Clock::now();
      times_.Add(progress_ - viewer.Began());
      resumed_ += viewer.Resumed() ? 1 : 0;
      viewer.Leave();
      crowd_.Settle(slot);
    } else if (viewer.At() == Viewer::Stage::kGone && live_[slot] != Life::kFree) {
      live_[slot] = Life::kFree;
      free_.push_back(slot);
      ++ended_;
    }
  }

  enum class Life : std::uint8_t { kFree, kOpening, kClosing };

  Crowd& crowd_;
  const Setup& setup_;
  std::vector<Life> live_;
  std::vector<std::size_t> free_;
  std::size_t started_ = 0;
  std::size_t ended_ = 0;
  std::size_t resumed_ = 0;
  Samples times_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point progress_ = began_;
};

}  // namespace

boost::json::object OpenAndClose(Crowd& crowd, const Setup& setup) {
  Say({{"event", "begin"}});
  return Traffic(crowd, setup).Run();
}

}  // namespace porthole::bench

#pragma once

#include "tests/bench/load/sockets.h"
#include "tests/bench/load/viewer.h"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace porthole::bench {

// Who comes, and what they bring.
struct Guests {
  Manner manner;
  // Source addresses 127.0.0.1 and up, taken in turn.
  std::uint8_t sources = 1;
  // Taken in turn, each once; where `needs_tokens`, running out of them is an error.
  std::deque<std::string> tokens;
  bool needs_tokens = false;
};

// Many viewers on one thread, each in a slot, and the commands that come on standard input.
class Crowd {
 public:
  explicit Crowd(Guests guests);

  // Puts a new viewer on its way, in the place of the one in that slot. Must not be called for
  // another slot than its own from within a turn's callback.
  void Start(std::size_t slot);
  // Opens this many, at most `parallel` at a time. Throws std::runtime_error when one fails.
  void Open(std::size_t count, std::size_t parallel);
  // Advances the viewers whose sockets are ready, after waiting for `most`.
  void Turn(std::chrono::nanoseconds most);
  // Called in a turn for each viewer that advanced.
  void OnAdvance(std::function<void(std::size_t slot, Viewer& viewer)> callback);
  // Waits for the line "go", viewers advancing meanwhile; false at the end of standard input.
  bool AwaitGo();

  std::size_t Size() const { return viewers_.size(); }
  Viewer& At(std::size_t slot) { return *viewers_.at(slot).viewer; }
  // Makes epoll's view of a viewer that of the viewer, after something was done with it.
  void Settle(std::size_t slot);
  void PauseAll(bool paused);
  // Reads at most that many bytes, although it may be paused.
  void ReadSome(std::size_t slot, std::size_t most);
  // Bytes that all received.
  std::uint64_t Received() const;
  // How many live viewers were lost, and the first one's complaint.
  std::size_t Lost() const { return lost_; }
  const std::string& Complaint() const { return complaint_; }
  Clock::time_point LastLoss() const { return last_loss_; }

 private:
  struct Slot {
    std::size_t number = 0;
    std::unique_ptr<Viewer> viewer;
    std::uint32_t watched = 0;
    bool watching = false;
    bool counted = false;
  };

  std::string TakeToken();
  void CountLoss(Slot& slot);
  void SettleSlot(Slot& slot);
  void TakeCommands();

  Guests guests_;
  Poller poller_;
  // Epoll points at these.
  std::deque<Slot> viewers_;
  std::vector<std::uint8_t> scratch_;
  std::function<void(std::size_t, Viewer&)> on_advance_;
  std::string typed_;
  std::size_t goes_ = 0;
  std::size_t started_ = 0;
  std::size_t lost_ = 0;
  std::string complaint_;
  Clock::time_point last_loss_;
  bool over_ = false;
};

}  // namespace porthole::bench

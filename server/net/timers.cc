#include "net/timers.h"

#include <boost/system/error_code.hpp>

#include <algorithm>
#include <utility>

namespace porthole::net {

Timer::Timer(Timers& timers, std::function<void()> action)
    : timers_(timers), action_(std::move(action)) {}

void Timer::Arm(std::chrono::milliseconds delay) {
  unlink();
  timers_.Insert(*this, delay);
}

Timers::Timers(boost::asio::io_context& loop)
    : timer_(loop), start_(std::chrono::steady_clock::now()) {}

Timers::~Timers() {
  for (Slot& slot : slots_) {
    slot.clear();
  }
}

std::uint64_t Timers::Ticks(SteadyTime at) const {
  return static_cast<std::uint64_t>((at - start_) / kTick);
}

void Timers::Insert(Timer& timer, std::chrono::milliseconds delay) {
  const SteadyTime due = std::chrono::steady_clock::now() + delay;
  timer.due_ = std::max(Ticks(due) + 1, turned_ + 1);
  slots_.at(timer.due_ % kSlots).push_back(timer);
  if (wake_ == 0 || timer.due_ < wake_) {
    WakeAt(timer.due_);
  }
}

void Timers::WakeAt(std::uint64_t tick) {
  wake_ = tick;
  timer_.expires_at(start_ + kTick * static_cast<std::int64_t>(tick));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      Turn();
    }
  });
}

void Timers::Turn() {
  const std::uint64_t now = Ticks(std::chrono::steady_clock::now());
  wake_ = 0;
  // After a stall of more than a turn, every slot is visited once.
  const std::uint64_t first = std::max(turned_ + 1, now >= kSlots ? now - kSlots + 1 : 0);
  for (std::uint64_t tick = first; tick <= now; ++tick) {
    turned_ = tick;
    FireDue(slots_.at(tick % kSlots), now);
  }
  ScheduleNext();
}

// An action may arm, disarm or destroy any timer, this slot's too: so the due ones are set apart
// first, where they still unlink themselves when they go.
void Timers::FireDue(Slot& slot, std::uint64_t now) {
  Slot due;
  for (auto next = slot.begin(); next != slot.end();) {
    Timer& timer = *next++;
    if (timer.due_ <= now) {
      timer.unlink();
      due.push_back(timer);
    }
  }
  while (!due.empty()) {
    const Timer& timer = due.front();
    due.pop_front();
    timer.action_();
  }
}

void Timers::ScheduleNext() {
  for (std::uint64_t tick = turned_ + 1; tick <= turned_ + kSlots; ++tick) {
    if (!slots_.at(tick % kSlots).empty()) {
      if (wake_ == 0 || tick < wake_) {
        WakeAt(tick);
      }
      return;
    }
  }
}

}  // namespace porthole::net

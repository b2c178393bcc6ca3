#pragma once

#include "base/clock.h"
#include "net/loop.h"

#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace porthole::net {

class Timers;

// A timer in a worker's wheel; coarse (fires up to 50 ms late) and cheap: arming allocates nothing.
// Belongs to one worker; goes off at most once for each Arm(), and never after Disarm() or its end.
class Timer : public boost::intrusive::list_base_hook<
                  boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  Timer(Timers& timers, std::function<void()> action);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() = default;

  // Goes off `delay` from now; a second call moves it.
  void Arm(std::chrono::milliseconds delay);
  void Disarm() { unlink(); }
  bool Armed() const { return is_linked(); }
  Timers& Owner() const { return timers_; }

 private:
  friend class Timers;

  Timers& timers_;
  std::function<void()> action_;
  std::uint64_t due_ = 0;  // in ticks
};

// The wheel: slots of 50 ms, one system timer for all, none while nothing is armed. A timer that
// is due beyond the wheel's turn stays in its slot until its round comes.
class Timers {
 public:
  explicit Timers(boost::asio::io_context& loop);
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  // Drops every timer without setting it off; for the end of the loop.
  ~Timers();

 private:
  friend class Timer;

  static constexpr std::chrono::milliseconds kTick{50};
  static constexpr std::size_t kSlots = 1024;
  using Slot = boost::intrusive::list<Timer, boost::intrusive::constant_time_size<false>>;

  std::uint64_t Ticks(SteadyTime at) const;
  void Insert(Timer& timer, std::chrono::milliseconds delay);
  void WakeAt(std::uint64_t tick);
  void Turn();
  static void FireDue(Slot& slot, std::uint64_t now);
  void ScheduleNext();

  SteadyTimer timer_;
  SteadyTime start_;
  std::array<Slot, kSlots> slots_;
  std::uint64_t turned_ = 0;  // every tick up to here was served
  std::uint64_t wake_ = 0;    // the tick that timer_ waits for; 0: it does not
};

}  // namespace porthole::net

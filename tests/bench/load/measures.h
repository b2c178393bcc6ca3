#pragma once

#include "tests/bench/load/crowd.h"

#include <boost/json/object.hpp>

#include <chrono>

namespace porthole::bench {

// How a crowd of opened viewers is measured.
struct Measure {
  std::chrono::nanoseconds warm_up{};
  std::chrono::nanoseconds time{};
  // Requests a second of all viewers together, for Paced.
  double rate = 0;
  // What an update of the host has, for Paced.
  std::size_t update_bytes = 0;
  // Bytes a second that each viewer reads, for Slow.
  std::size_t slow_bytes = 0;
};

// Each runs once, prints {"event":"begin"} after warming up and gives what it counted from then on.

// Everybody asks for a host that floods and reads all that comes.
boost::json::object Flood(Crowd& crowd, const Measure& measure);
// Requests at an even rate, viewer after viewer, whether or not the last has been answered; the
// time until each one's update is complete.
boost::json::object Paced(Crowd& crowd, const Measure& measure);
// Nobody asks for anything.
boost::json::object Hold(Crowd& crowd, const Measure& measure);
// Everybody asks for a host that floods and reads little.
boost::json::object Slow(Crowd& crowd, const Measure& measure);

// Sessions that are opened up to ServerInit and closed again.
struct Setup {
  std::size_t sessions = 0;
  std::size_t parallel = 1;
  // Openings a second; 0 for as quick as it goes.
  double rate = 0;
};
boost::json::object OpenAndClose(Crowd& crowd, const Setup& setup);

// Prints one line of JSON.
void Say(const boost::json::object& event);

}  // namespace porthole::bench

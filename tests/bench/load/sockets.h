#pragma once

#include "base/descriptor.h"

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace porthole::bench {

// Everything here throws std::system_error when the system refuses.

// A listening socket on a port of 127.0.0.1; with 0 the system chooses.
Descriptor ListenOn(std::uint16_t port);

std::uint16_t PortOf(const Descriptor& socket);

// The next waiting connection, not blocking; an empty descriptor when none waits.
Descriptor AcceptFrom(const Descriptor& listener);

// A connection on its way to that port of 127.0.0.1 from `source`, an address 127.0.0.x, so that
// more connections fit than one address has ports. `receive_buffer` of 0 is the system's choice.
Descriptor ConnectTo(std::uint16_t port, std::uint8_t source, int receive_buffer);

// The error of a connection that was on its way; 0 for none.
int ErrorOf(const Descriptor& socket);

// Lets this process have as many descriptors as it may.
void RaiseDescriptorLimit();

// epoll, level-triggered. What is watched is told apart by a pointer that belongs to the caller.
class Poller {
 public:
  Poller();

  void Watch(int descriptor, std::uint32_t events, void* what);
  void Change(int descriptor, std::uint32_t events, void* what);
  void Forget(int descriptor);
  // What is ready; empty after `most` without anything. Valid until the next call.
  std::span<const epoll_event> Wait(std::chrono::nanoseconds most);

 private:
  Descriptor epoll_;
  std::vector<epoll_event> ready_;
};

}  // namespace porthole::bench

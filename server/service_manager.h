#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace porthole {

// Tells the service manager how the process is: sd_notify(3)'s datagrams to NOTIFY_SOCKET. Where
// nobody set that, all of it does nothing. The protocol is stable and its own documentation offers
// it for reimplementation; the library would bring five others into the container. Main thread.
class ServiceManager {
 public:
  // Reads NOTIFY_SOCKET from the environment: a path, or "@name" in the abstract namespace.
  ServiceManager();
  explicit ServiceManager(std::string socket) : socket_(std::move(socket)) {}

  // Everything listens.
  void Ready() const { Tell("READY=1"); }
  // It has begun to end.
  void Stopping() const { Tell("STOPPING=1"); }
  // It works, as far as a watchdog (WatchdogSec=) can want to know.
  void Alive() const { Tell("WATCHDOG=1"); }

 private:
  // What cannot be told is lost: the manager notices that by itself.
  void Tell(std::string_view state) const;

  std::string socket_;  // empty: nobody listens
};

}  // namespace porthole

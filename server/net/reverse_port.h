#pragma once

#include "base/ip_address.h"
#include "net/reverse_desk.h"
#include "net/worker.h"

#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace porthole::net {

struct ReverseSettings {
  IpAddress address;
  std::uint16_t port = 0;
  std::vector<IpPrefix> sources;  // who may dial in
  bool without_id = false;
  std::size_t connections_per_address = 16;   // not given to a session yet
  std::size_t connections = 256;              // the same, of all
  std::chrono::milliseconds identify{10000};  // for the id to come
  // Told of each connection that is closed, and why; on the home worker's thread. Never the id: who
  // knows it may take the session's place. May be empty.
  std::function<void(const IpAddress& from, const char* why)> refused;
};

// The port where VNC servers dial in (design, section 9). Reads who they are, as a repeater does,
// and gives them to the desk; whoever nobody waits for is closed.
class ReversePort {
 public:
  // Listens; `home` is the worker whose thread accepts and identifies. Both outlive it.
  // Errors: as Listener::Open().
  static absl::StatusOr<std::unique_ptr<ReversePort>> Open(ReverseSettings settings,
                                                           Worker& home,
                                                           ReverseDesk& desk);
  ReversePort(const ReversePort&) = delete;
  ReversePort& operator=(const ReversePort&) = delete;
  ~ReversePort();

  // "127.0.0.1:5500", with the port that the system chose where it was 0.
  const std::string& Address() const { return address_; }
  std::uint16_t Port() const { return port_; }

  // Stops accepting, soon.
  void Close();

 private:
  class Reception;

  ReversePort() = default;

  std::shared_ptr<Reception> reception_;  // shared with its coroutines
  std::string address_;
  std::uint16_t port_ = 0;
};

}  // namespace porthole::net

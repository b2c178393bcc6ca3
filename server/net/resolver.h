#pragma once

#include "base/ip_address.h"
#include "net/byte_stream.h"
#include "net/worker.h"

#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace porthole::net {

// Finds the addresses of names, for all workers, on threads of its own: getaddrinfo(3) blocks and
// cannot be interrupted. A name that is looked up already is not looked up twice at once, so that a
// slow one keeps one thread, however many sessions wait for it. Threads live while there is work;
// they are never joined, because nothing can hurry them. Thread-safe.
class Resolver {
 public:
  // Blocks; called on the resolver's threads. Errors: UNAVAILABLE, saying why.
  using Lookup = std::function<absl::StatusOr<std::vector<IpAddress>>(const std::string& name)>;

  static constexpr std::size_t kThreads = 16;
  static constexpr std::size_t kMaxNames = 1024;    // looked up or waiting for a thread
  static constexpr std::size_t kMaxAddresses = 16;  // of one name; the rest are left out

  explicit Resolver(Lookup lookup = SystemLookup, std::size_t threads = kThreads);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  // Nobody is answered any more. The workers must still be there.
  ~Resolver();

  // The addresses of `name` in the system's order (RFC 6724); a literal address is its own. At
  // least one. On the worker's thread.
  // Errors: UNAVAILABLE no such name, or no answer from its servers; DEADLINE_EXCEEDED after
  // `limit`; RESOURCE_EXHAUSTED kMaxNames are being looked up.
  Awaitable<absl::StatusOr<std::vector<IpAddress>>> Resolve(Worker& worker,
                                                            std::string name,
                                                            std::chrono::milliseconds limit);

  // getaddrinfo(3).
  static absl::StatusOr<std::vector<IpAddress>> SystemLookup(const std::string& name);

 private:
  struct Waiter;
  class Desk;
  class Place;

  std::shared_ptr<Desk> desk_;  // shared with the threads
};

}  // namespace porthole::net

#pragma once

#include "base/descriptor.h"
#include "net/byte_stream.h"
#include "net/worker.h"

#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace porthole::net {

// Where sessions wait for VNC servers that dial in, whatever worker they are on. Those who wait for
// the same id are served in their order. Thread-safe.
class ReverseDesk {
 public:
  ReverseDesk();
  ReverseDesk(const ReverseDesk&) = delete;
  ReverseDesk& operator=(const ReverseDesk&) = delete;
  // Nobody is given anything any more. The workers must still be there.
  ~ReverseDesk();

  // The connection of the VNC server that calls itself `id`. On the worker's thread.
  // Errors: DEADLINE_EXCEEDED none came within `limit`; UNAVAILABLE it was gone again at once.
  Awaitable<absl::StatusOr<std::unique_ptr<ByteStream>>> Await(Worker& worker,
                                                               std::string id,
                                                               std::chrono::milliseconds limit);

  // Gives the TCP connection `socket` to who waits for `id`; false, and it is closed, when nobody
  // does.
  bool Give(const std::string& id, Descriptor socket);
  // The same for a VNC server without an id, when exactly one session waits.
  bool GiveToTheOnlyOne(Descriptor socket);

  std::size_t Waiting() const;

 private:
  struct Waiter;
  class Board;
  class Place;

  std::shared_ptr<Board> board_;  // shared with those who wait
};

}  // namespace porthole::net

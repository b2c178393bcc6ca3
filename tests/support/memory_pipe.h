#pragma once

#include "net/byte_stream.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

namespace porthole::testing {

// One direction of a MemoryStreamPair, shared by its ends.
class MemoryPipe {
 public:
  MemoryPipe(const boost::asio::any_io_executor& executor, std::size_t capacity);

  // Returns after the next Announce(). A timer that never fires is what the coroutine waits for.
  net::Awaitable<void> Changed();
  void Announce() { changed_.cancel(); }

  // Bytes that a writer may put without exceeding the capacity.
  std::size_t Room() const { return capacity_ - std::min(capacity_, bytes_.size()); }
  std::size_t Size() const { return bytes_.size(); }
  void Put(std::span<const std::uint8_t> bytes);
  // Takes target.size() bytes, which must be there.
  void Get(std::span<std::uint8_t> target);

  bool ended = false;      // the writing end sends no more
  bool unread = false;     // the reading end closed
  bool vanished = false;   // either end is gone without a word
  net::PeerClose goodbye;  // of the writing end

 private:
  std::size_t capacity_;
  std::deque<std::uint8_t> bytes_;
  boost::asio::steady_timer changed_;
};

}  // namespace porthole::testing

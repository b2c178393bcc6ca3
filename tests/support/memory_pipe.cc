#include "tests/support/memory_pipe.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

namespace porthole::testing {

MemoryPipe::MemoryPipe(const boost::asio::any_io_executor& executor, std::size_t capacity)
    : capacity_(capacity), changed_(executor, boost::asio::steady_timer::time_point::max()) {}

net::Awaitable<void> MemoryPipe::Changed() {
  co_await changed_.async_wait(boost::asio::as_tuple(boost::asio::deferred));
}

void MemoryPipe::Put(std::span<const std::uint8_t> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  Announce();
}

void MemoryPipe::Get(std::span<std::uint8_t> target) {
  const auto end = bytes_.begin() + static_cast<std::ptrdiff_t>(target.size());
  std::copy(bytes_.begin(), end, target.begin());
  bytes_.erase(bytes_.begin(), end);
  Announce();
}

}  // namespace porthole::testing

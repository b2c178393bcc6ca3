#include "bridge/host_turns.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace porthole::bridge {

net::Awaitable<void> HostTurns::Freed() {
  co_await free_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

}  // namespace porthole::bridge

#include "bridge/host_turns.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

namespace porthole::bridge {

net::Awaitable<void> HostTurns::Freed() {
  co_await free_.async_wait(boost::asio::as_tuple(boost::asio::deferred));
}

}  // namespace porthole::bridge

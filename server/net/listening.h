#pragma once

#include "net/loop.h"

#include <absl/status/status.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

namespace porthole::net {

// What every listening port here begins with: a socket for `endpoint` that may be bound again right
// after a restart, "::" taking IPv4, too. Internal to net/.
boost::system::error_code OpenForListening(TcpAcceptor& acceptor,
                                           const boost::asio::ip::tcp::endpoint& endpoint);

// Why `endpoint` cannot be listened on: ALREADY_EXISTS the port is taken; UNAVAILABLE otherwise.
absl::Status ListenError(const boost::asio::ip::tcp::endpoint& endpoint,
                         const boost::system::error_code& error);

}  // namespace porthole::net

#pragma once

#include "base/ip_address.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>

namespace porthole::net {

// Between our addresses and Asio's. Internal to net/.
IpAddress FromAsio(const boost::asio::ip::address& address);
boost::asio::ip::address ToAsio(const IpAddress& address);

// "192.0.2.1:5900" or "[2001:db8::1]:5900".
std::string ToText(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace porthole::net
